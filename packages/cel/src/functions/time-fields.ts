/** Parts of timestamps, in UTC or in a zone, and of durations. */
import { EvaluationError } from '../errors.ts';
import { types } from '../types/type.ts';
import type { Duration, Timestamp } from '../values/value.ts';
import { declareFunction, type FunctionDeclaration, member } from './declaration.ts';

const { duration, int, string, timestamp } = types;

const second = 1_000_000_000n;

/** The instant shifted so that its UTC fields are those of the zone's clock. */
function localDate({ nanoseconds }: Timestamp, zone: string): Date {
  const millisecond = 1_000_000n;
  const floored = nanoseconds >= 0n ? nanoseconds / millisecond : -((-nanoseconds + millisecond - 1n) / millisecond);
  const milliseconds = Number(floored);
  return new Date(milliseconds + offsetMilliseconds(milliseconds, zone));
}

function offsetMilliseconds(milliseconds: number, zone: string): number {
  if (zone === 'UTC' || zone === '' || zone === 'Z') return 0;
  const fixed = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (fixed !== null) return (Number(fixed[2]) * 60 + Number(fixed[3])) * (fixed[1] === '-' ? -60_000 : 60_000);
  const parts = Object.fromEntries(
    formatterOf(zone)
      .formatToParts(milliseconds)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: seconds = 0 } = parts;
  const local = new Date(0);
  local.setUTCFullYear(year, month - 1, day);
  local.setUTCHours(hour, minute, seconds);
  return local.getTime() - Math.floor(milliseconds / 1000) * 1000;
}

const formattersMax = 64;
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  let formatter: Intl.DateTimeFormat;
  try {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'iso8601',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (error) {
    throw new EvaluationError(`unknown time zone ${zone}`, { cause: error });
  }
  if (formatters.size >= formattersMax) formatters.delete(formatters.keys().next().value as string);
  formatters.set(zone, formatter);
  return formatter;
}

function dayOfYear(date: Date): number {
  const first = new Date(date);
  first.setUTCMonth(0, 1);
  return Math.round((date.getTime() - first.getTime()) / 86_400_000);
}

type Read = (date: Date) => number;

const dateFields: Record<string, [string, Read]> = {
  getFullYear: ['timestamp_to_year', (date) => date.getUTCFullYear()],
  getMonth: ['timestamp_to_month', (date) => date.getUTCMonth()],
  getDayOfYear: ['timestamp_to_day_of_year', dayOfYear],
  getDayOfMonth: ['timestamp_to_day_of_month', (date) => date.getUTCDate() - 1],
  getDate: ['timestamp_to_day_of_month_1_based', (date) => date.getUTCDate()],
  getDayOfWeek: ['timestamp_to_day_of_week', (date) => date.getUTCDay()],
};

const clockFields: Record<string, [string, Read, (span: Duration) => number]> = {
  getHours: ['hours', (date) => date.getUTCHours(), ({ nanoseconds }) => Number(nanoseconds / (3_600n * second))],
  getMinutes: ['minutes', (date) => date.getUTCMinutes(), ({ nanoseconds }) => Number(nanoseconds / (60n * second))],
  getSeconds: ['seconds', (date) => date.getUTCSeconds(), ({ nanoseconds }) => Number(nanoseconds / second)],
  getMilliseconds: ['milliseconds', (date) => date.getUTCMilliseconds(), ({ nanoseconds }) => Number(nanoseconds / 1_000_000n)],
};

function ofTimestamp(id: string, read: Read) {
  return [
    member(id, [timestamp], int, (at: Timestamp) => read(localDate(at, 'UTC'))),
    member(`${id}_with_tz`, [timestamp, string], int, (at: Timestamp, zone: string) => read(localDate(at, zone))),
  ];
}

export const timeFields: readonly FunctionDeclaration[] = [
  ...Object.entries(dateFields).map(([name, [id, read]]) => declareFunction(name, ...ofTimestamp(id, read))),
  ...Object.entries(clockFields).map(([name, [unit, read, ofDuration]]) =>
    declareFunction(name, ...ofTimestamp(`timestamp_to_${unit}`, read), member(`duration_to_${unit}`, [duration], int, ofDuration)),
  ),
];
