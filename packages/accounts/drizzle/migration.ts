import { readFile } from 'node:fs/promises';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import * as schema from '../src/schema/index.ts';

/** The schema that the last generated migration leads to. */
export const snapshotFile = new URL('snapshot.json', import.meta.url);

type Snapshot = ReturnType<typeof generateDrizzleJson>;

/** What separates the schema of the code from the one that migrations lead to. No statements: nothing. */
export async function pendingMigration(): Promise<{ statements: string[]; snapshot: Snapshot }> {
  const before = await readFile(snapshotFile, 'utf8').then(
    (text) => JSON.parse(text) as Snapshot,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return generateDrizzleJson({});
    },
  );
  const snapshot = generateDrizzleJson({ ...schema }, before.id, ['accounts']);
  return { statements: await generateMigration(before, snapshot), snapshot };
}
