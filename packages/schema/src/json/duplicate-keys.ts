/**
 * Finds keys that one JSON object holds twice. Works on text that JSON.parse has accepted, so it checks no grammar.
 */

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;

/** Keys in the text: colons that stand outside strings. */
export function countKeys(text: string): number {
  let keys = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code === colon) keys += 1;
  }
  return keys;
}

/** Index of the quote that ends the string starting at `from`. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) break;
    if (code === backslash) at += 1;
  }
  return at;
}

type Level = { keys: Set<string>; key: string } | { index: number };

/** Each duplicate's path, once, in the order in which they appear. */
export function duplicatePaths(text: string): string[] {
  const found = new Set<string>();
  const levels: Level[] = [];
  let string: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const code = text[at];
    const level = levels.at(-1);
    if (code === '"') {
      const end = endOfString(text, at);
      string = text.slice(at, end + 1);
      at = end;
    } else if (code === ':' && level !== undefined && 'keys' in level) {
      level.key = String(JSON.parse(string ?? '""'));
      if (level.keys.has(level.key)) found.add(pathOf(levels));
      level.keys.add(level.key);
    } else if (code === ',' && level !== undefined && 'index' in level) level.index += 1;
    else if (code === '{') levels.push({ keys: new Set(), key: '' });
    else if (code === '[') levels.push({ index: 0 });
    else if (code === '}' || code === ']') levels.pop();
  }
  return [...found];
}

function pathOf(levels: readonly Level[]): string {
  return levels
    .map((level) => ('index' in level ? `[${level.index}]` : `.${level.key}`))
    .join('')
    .replace(/^\./, '');
}
