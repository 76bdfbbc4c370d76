import { isRecord } from '../walk/compiled.ts';

/** The steps of a JSON pointer (RFC 6901). Undefined for text that is none. */
export function parsePointer(text: string): string[] | undefined {
  if (text === '') return [];
  if (!text.startsWith('/')) return undefined;
  return text
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Where a list's step points: an index from the front, or from the end when negative, as Kubernetes' library allows. */
export function listIndex(step: string, length: number): number | undefined {
  if (!/^-?(0|[1-9]\d{0,9})$/.test(step) || step === '-0') return undefined;
  const index = Number(step);
  const at = index < 0 ? index + length : index;
  return at >= 0 && at < length ? at : undefined;
}

/** The value one step down. */
export function child(parent: unknown, step: string): { found: boolean; value: unknown } {
  if (Array.isArray(parent)) {
    const at = listIndex(step, parent.length);
    return at === undefined ? { found: false, value: undefined } : { found: true, value: parent[at] };
  }
  if (isRecord(parent) && Object.hasOwn(parent, step)) return { found: true, value: parent[step] };
  return { found: false, value: undefined };
}
