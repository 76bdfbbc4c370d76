import { type Database, isSerializationFailure } from './database.ts';

/** A slot of the log takes what is written in four minutes, and is kept for five more: history of 5 to 9 minutes. */
export interface LogSpans {
  slotSeconds: number;
  keepSeconds: number;
}

const spansDefault: LogSpans = { slotSeconds: 240, keepSeconds: 300 };

/** Moves the log on when it is time. False when there was nothing to do, another did it, or the log was too busy to be locked. */
export async function rotateLog(database: Database, { slotSeconds, keepSeconds }: LogSpans = spansDefault): Promise<boolean> {
  try {
    const [row] = await database.answered(
      database.writes<{ rotated: boolean }[]>`
        SELECT storage.rotate_log(make_interval(secs => ${slotSeconds}), make_interval(secs => ${keepSeconds})) AS rotated`,
    );
    return row?.rotated === true;
  } catch (error) {
    // The lock's limit was reached: whoever calls next tries again.
    if (isSerializationFailure(error)) return false;
    throw error;
  }
}
