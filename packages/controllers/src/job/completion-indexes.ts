import type { Pod } from '@kajitori/kinds';

export const completionIndexAnnotation = 'batch.kubernetes.io/job-completion-index';

/** The index of an Indexed Job's pod; undefined when it has none that is valid. */
export function completionIndexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[completionIndexAnnotation];
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** `1,3-5,7` as a set. What lies beyond the number of completions is dropped. */
export function parseIndexes(text: string | undefined, completions: number): Set<number> {
  const found = new Set<number>();
  for (const part of (text ?? '').split(',').filter((one) => one !== '')) {
    const [first = 0, last = first] = part.split('-').map(Number);
    for (let index = first; index <= Math.min(last, completions - 1); index += 1) found.add(index);
  }
  return found;
}

/** The set as `1,3-5,7`; two neighbours make a range as Kubernetes writes it. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let at = 0; at < sorted.length;) {
    const first = sorted[at] ?? 0;
    let end = at;
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end += 1;
    parts.push(end === at ? String(first) : `${first}-${sorted[end]}`);
    at = end + 1;
  }
  return parts.join(',');
}

/** The lowest `count` indexes that are neither in `taken` nor succeeded. */
export function firstPending(count: number, completions: number, ...taken: readonly ReadonlySet<number>[]): number[] {
  const found: number[] = [];
  for (let index = 0; index < completions && found.length < count; index += 1) {
    if (!taken.some((one) => one.has(index))) found.push(index);
  }
  return found;
}
