import type { BatchResult } from '@kajitori/agent-protocol';
import { isStatusError, StatusError } from '@kajitori/apimachinery';
import { maxConcurrentWrites } from '../limits.ts';

const maxMessageCharacters = 1024;
/** Reasons of refusals that time may heal. */
const passing = new Set(['Conflict', 'ServiceUnavailable', 'Timeout', 'ServerTimeout', 'TooManyRequests', 'InternalError']);

/** Writes the items of a batch, many at once, and says which were refused and why. Never rejects. */
export async function settleBatch<T>(
  { of, batch, items }: { of: BatchResult['of']; batch: number; items: readonly T[] },
  write: (item: T) => Promise<void>,
  onInternalError: (error: unknown) => void,
): Promise<BatchResult> {
  const refused: BatchResult['refused'] = [];
  const entries = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of entries) {
      try {
        await write(item);
      } catch (error) {
        if (!isStatusError(error)) onInternalError(error);
        refused.push({ index, ...refusalOf(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(maxConcurrentWrites, items.length) }, worker));
  return { type: 'batchResult', of, batch, refused: refused.sort((a, b) => a.index - b.index) };
}

function refusalOf(error: unknown): { reason: string; message: string; retry: boolean } {
  const known = error instanceof StatusError ? error : new StatusError('InternalError', 'Internal error occurred');
  return { reason: known.reason, message: known.message.slice(0, maxMessageCharacters), retry: passing.has(known.reason) };
}
