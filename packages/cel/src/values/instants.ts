/** Timestamps and durations as text, by the rules of RFC 3339 and of Go's durations. */
import { EvaluationError } from '../errors.ts';
import { int64Max, int64Min } from './int.ts';
import { Duration, Timestamp } from './value.ts';

const second = 1_000_000_000n;
const timestampMin = -62_135_596_800n * second;
const timestampMax = 253_402_300_800n * second - 1n;

export function timestampOf(nanoseconds: bigint): Timestamp {
  if (nanoseconds < timestampMin || nanoseconds > timestampMax) throw new EvaluationError('timestamp overflow');
  return new Timestamp(nanoseconds);
}

export function durationOf(nanoseconds: bigint): Duration {
  if (nanoseconds < int64Min || nanoseconds > int64Max) throw new EvaluationError('integer overflow');
  return new Duration(nanoseconds);
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** Undefined when the text is no RFC 3339 timestamp. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, seconds, fraction = '', sign, offsetHour = '0', offsetMinute = '0'] = match;
  const fields = [year, month, day, hour, minute, seconds].map(Number) as [number, number, number, number, number, number];
  if (fields[3] > 23 || fields[4] > 59 || fields[5] > 59 || Number(offsetHour) > 24 || Number(offsetMinute) > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(fields[0], fields[1] - 1, fields[2]);
  if (date.getUTCMonth() !== fields[1] - 1 || date.getUTCDate() !== fields[2]) return undefined;
  date.setUTCHours(fields[3], fields[4], fields[5]);
  const offsetSeconds = (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === '-' ? -60 : 60);
  const nanoseconds = (BigInt(date.getTime() / 1000) - BigInt(offsetSeconds)) * second + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return nanoseconds < timestampMin || nanoseconds > timestampMax ? undefined : new Timestamp(nanoseconds);
}

export function formatTimestamp({ nanoseconds }: Timestamp): string {
  const fraction = ((nanoseconds % second) + second) % second;
  const date = new Date(Number((nanoseconds - fraction) / 1_000_000n));
  const year = String(date.getUTCFullYear()).padStart(4, '0');
  const rest = new Date(
    Date.UTC(
      2000 + (date.getUTCFullYear() % 400),
      date.getUTCMonth(),
      date.getUTCDate(),
      date.getUTCHours(),
      date.getUTCMinutes(),
      date.getUTCSeconds(),
    ),
  );
  return `${year}${rest.toISOString().slice(4, 19)}${formatFraction(fraction)}Z`;
}

function formatFraction(nanoseconds: bigint): string {
  return nanoseconds === 0n ? '' : `.${String(nanoseconds).padStart(9, '0').replace(/0+$/, '')}`;
}

const units: Record<string, bigint> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: second,
  m: 60n * second,
  h: 3_600n * second,
};

const durationForm = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;

/** Undefined when the text is no duration of Go's, such as `1h30m` or `1.5s`, or exceeds 64 bits of nanoseconds. */
export function parseDuration(text: string): Duration | undefined {
  if (/^[+-]?0$/.test(text)) return new Duration(0n);
  const match = durationForm.exec(text);
  if (match === null) return undefined;
  let nanoseconds = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of (match[2] as string).matchAll(/(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g)) {
    const size = units[unit] as bigint;
    nanoseconds += BigInt(whole) * size + (BigInt(fraction === '' ? 0 : fraction) * size) / 10n ** BigInt(fraction.length);
  }
  if (match[1] === '-') nanoseconds = -nanoseconds;
  return nanoseconds > int64Max || nanoseconds < int64Min ? undefined : new Duration(nanoseconds);
}

/** In seconds: `90s`, `1.5s`. */
export function formatDuration({ nanoseconds }: Duration): string {
  const magnitude = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  return `${nanoseconds < 0n ? '-' : ''}${magnitude / second}${formatFraction(magnitude % second)}s`;
}
