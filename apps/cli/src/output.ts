import { stringify } from 'yaml';

export const outputFormats = ['table', 'json', 'yaml'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** A column of a table: its head, and what stands there for an item. */
export type Column<Item> = readonly [head: string, cell: (item: Item) => string];

/** A list: a table for people, everything for programs. */
export function renderList<Item>(items: readonly Item[], columns: readonly Column<Item>[], format: OutputFormat, nothing: string): string {
  if (format === 'json') return `${JSON.stringify(items, null, 2)}\n`;
  if (format === 'yaml') return stringify(items);
  if (items.length === 0) return `${nothing}\n`;
  return renderTable([columns.map(([head]) => head), ...items.map((item) => columns.map(([, cell]) => cell(item)))]);
}

/** One thing: its fields for people, everything for programs. */
export function renderOne(item: object, format: OutputFormat): string {
  if (format === 'json') return `${JSON.stringify(item, null, 2)}\n`;
  if (format === 'yaml') return stringify(item);
  return renderTable(
    Object.entries(item).map(([field, value]) => [field, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  );
}

/** `atLeast`: widths of columns, for a table that comes piece by piece. */
export function renderTable(rows: readonly (readonly string[])[], atLeast: readonly number[] = []): string {
  const safe = rows.map((row) => row.map(printable));
  const widths = (safe[0] ?? []).map((_, column) => Math.max(atLeast[column] ?? 0, ...safe.map((row) => displayWidth(row[column] ?? ''))));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - displayWidth(cell))).join('   ');
  return safe.map((row) => `${line(row).trimEnd()}\n`).join('');
}

/** What others named must not steer the terminal. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?');
}

/** East Asian letters take two places. */
function displayWidth(text: string): number {
  let width = 0;
  for (const letter of text)
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(letter) ? 2 : 1;
  return width;
}
