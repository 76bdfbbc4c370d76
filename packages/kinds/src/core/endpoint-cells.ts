/** Long lists of addresses are cut so that a row stays a row. */
const shownMax = 3;

export function firstFew(all: readonly string[], nothing: string): string {
  if (all.length === 0) return nothing;
  const shown = all.slice(0, shownMax).join(',');
  return all.length > shownMax ? `${shown} + ${all.length - shownMax} more...` : shown;
}
