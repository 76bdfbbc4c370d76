/** Strings by code points, which is how the language counts and cuts them. */
import { spend } from './meter.ts';

const rememberedMin = 256;
const rememberedMax = 8;
/** Counts of long strings that were lately counted: a rule may ask for one string's size many times over. */
const remembered: { text: string; count: number }[] = [];

export function codePointCount(text: string): number {
  if (text.length < rememberedMin) return count(text);
  for (const entry of remembered) if (entry.text.length === text.length && entry.text === text) return entry.count;
  spend(text.length >> 4);
  const entry = { text, count: count(text) };
  remembered.unshift(entry);
  if (remembered.length > rememberedMax) remembered.pop();
  return entry.count;
}

function count(text: string): number {
  let points = text.length;
  for (let index = 0; index + 1 < text.length; index++) {
    if ((text.charCodeAt(index) & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) {
      points--;
      index++;
    }
  }
  return points;
}

/** The place of a code point in UTF-16 units. */
export function unitIndex(text: string, point: number): number {
  if (codePointCount(text) === text.length) return point;
  let unit = 0;
  for (let index = 0; index < point && unit < text.length; index++) unit += (text.codePointAt(unit) as number) > 0xffff ? 2 : 1;
  return unit;
}

/** The code points before a place given in UTF-16 units. */
export function pointIndex(text: string, unit: number): number {
  return unit < 0 ? -1 : count(text.slice(0, unit));
}
