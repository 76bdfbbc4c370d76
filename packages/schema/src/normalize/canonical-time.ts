import { parseTime } from '@kajitori/apimachinery';

/** Texts of `metav1.Time` and `metav1.MicroTime`, brought to the form in which the API writes them. */

const canonicalSeconds = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const parts = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):\d{2}(?:\.(\d{1,9}))?/;
const daysInMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whole seconds, UTC. Undefined for what is not RFC 3339 or no day of the calendar. */
export function canonicalTime(text: string): string | undefined {
  const milliseconds = instant(text);
  if (milliseconds === undefined) return undefined;
  if (canonicalSeconds.test(text)) return text;
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** Microseconds, UTC. */
export function canonicalMicroTime(text: string): string | undefined {
  const milliseconds = instant(text);
  if (milliseconds === undefined) return undefined;
  const micros = (parts.exec(text)?.[6] ?? '').padEnd(6, '0').slice(0, 6);
  return `${new Date(milliseconds).toISOString().slice(0, 19)}.${micros}Z`;
}

/** Date.parse accepts the 31st of every month and hour 24; RFC 3339 does not. */
function instant(text: string): number | undefined {
  const milliseconds = parseTime(text);
  if (milliseconds === undefined) return undefined;
  const [, year = '', month = '', day = '', hour = ''] = parts.exec(text) ?? [];
  const leap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0);
  const days = month === '02' && !leap ? 28 : (daysInMonth[Number(month) - 1] ?? 0);
  if (Number(day) > days || hour === '24') return undefined;
  // Years outside 0000-9999 after the move to UTC have another form.
  return milliseconds < -62_167_219_200_000 || milliseconds > 253_402_300_799_999 ? undefined : milliseconds;
}
