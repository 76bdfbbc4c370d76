import { isStatusError } from '@kajitori/apimachinery';

/** A write to an object that may be gone by now: then there is nothing left to do. @returns whether it was there. */
export async function unlessGone(write: Promise<unknown>): Promise<boolean> {
  return unless(write, ['NotFound']);
}

/** Likewise where a precondition on the uid says that another object has taken the name. */
export async function unlessGoneOrOther(write: Promise<unknown>): Promise<boolean> {
  return unless(write, ['NotFound', 'Conflict']);
}

async function unless(write: Promise<unknown>, reasons: readonly ('NotFound' | 'Conflict')[]): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (reasons.some((reason) => isStatusError(error, reason))) return false;
    throw error;
  }
}
