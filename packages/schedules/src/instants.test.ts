import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instantsBetween, nextInstant } from './instants.ts';
import { parseSchedule, scheduleError } from './schedule.ts';
import { isTimeZone, offsetSpanAt, timeZoneError } from './time-zone.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

function local(zone: string, instant: number): string {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  formats.set(zone, format);
  return format.format(instant);
}

const dayOf = (schedule: string, zone: string, after: string, until: string): string[] =>
  instantsBetween(parseSchedule(schedule), zone, { after: Date.parse(after) - 1, until: Date.parse(until), limit: 100 }).map((one) =>
    new Date(one).toISOString(),
  );

describe('golden table of clock changes, 2026', () => {
  const rows: [what: string, zone: string, schedule: string, from: string, to: string, instants: string[]][] = [
    ['gap skips', 'America/New_York', '30 2 * * *', '2026-03-08T05:00Z', '2026-03-09T03:59Z', []],
    [
      'repeat fires twice',
      'America/New_York',
      '30 1 * * *',
      '2026-11-01T04:00Z',
      '2026-11-02T04:59Z',
      ['2026-11-01T05:30:00.000Z', '2026-11-01T06:30:00.000Z'],
    ],
    [
      'repeat fires twice',
      'Europe/Berlin',
      '0 2 * * *',
      '2026-10-24T22:00Z',
      '2026-10-25T22:59Z',
      ['2026-10-25T00:00:00.000Z', '2026-10-25T01:00:00.000Z'],
    ],
    [
      'hourly has both hours',
      'America/New_York',
      '0 * * * *',
      '2026-11-01T05:00Z',
      '2026-11-01T07:00Z',
      ['2026-11-01T05:00:00.000Z', '2026-11-01T06:00:00.000Z', '2026-11-01T07:00:00.000Z'],
    ],
    ['gap at midnight skips', 'America/Santiago', '0 0 * * *', '2026-09-06T03:00Z', '2026-09-07T02:59Z', []],
    ['half-hour gap skips', 'Australia/Lord_Howe', '15 2 * * *', '2026-10-03T13:30Z', '2026-10-04T12:59Z', []],
  ];
  test.each(rows)('%s: %s %s', (_what, zone, schedule, from, to, instants) => {
    expect(dayOf(schedule, zone, from, to)).toEqual(instants);
  });

  test('after a gap at midnight, a schedule of the day before does not fire', () => {
    expect(dayOf('0 5 5 9 *', 'America/Santiago', '2026-09-05T00:00Z', '2026-09-07T00:00Z')).toEqual(['2026-09-05T09:00:00.000Z']);
  });

  test('after a half-hour gap, the rest of the day still fires', () => {
    expect(dayOf('15 3 * * *', 'Australia/Lord_Howe', '2026-10-03T13:30Z', '2026-10-04T12:59Z')).toEqual(['2026-10-03T16:15:00.000Z']);
  });
});

describe('next instant', () => {
  const next = (schedule: string, after: string, zone = 'Etc/UTC'): string | undefined => {
    const instant = nextInstant(parseSchedule(schedule), zone, Date.parse(after));
    return instant === undefined ? undefined : new Date(instant).toISOString();
  };
  test.each([
    ['* * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:01:00.000Z'],
    ['* * * * *', '2026-01-01T00:00:59.999Z', '2026-01-01T00:01:00.000Z'],
    ['*/15 * * * *', '2026-07-09T14:45:00Z', '2026-07-09T15:00:00.000Z'],
    ['20-35/15 * * * *', '2026-07-09T14:59:00Z', '2026-07-09T15:20:00.000Z'],
    ['0 0 29 feb ?', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0 0 13 * FRI', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00.000Z'],
    ['0 0 */2 * MON', '2026-01-01T00:00:00Z', '2026-01-03T00:00:00.000Z'],
    ['0 9 * * mon-fri', '2026-11-20T09:00:00Z', '2026-11-23T09:00:00.000Z'],
    ['@weekly', '2026-11-21T00:00:00Z', '2026-11-22T00:00:00.000Z'],
    ['@every 1h30m', '2026-11-21T00:00:00.500Z', '2026-11-21T01:30:00.000Z'],
    ['@every 10ms', '2026-11-21T00:00:00Z', '2026-11-21T00:00:01.000Z'],
  ])('%s after %s is %s', (schedule, after, expected) => expect(next(schedule, after)).toBe(expected));

  test('a day that never comes is never', () => expect(next('0 0 30 2 *', '2026-01-01T00:00:00Z')).toBeUndefined());
});

describe('grammar', () => {
  test.each([
    ['', 'empty spec string'],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['0 0 0 0 0 0', 'expected exactly 5 fields, found 6: [0 0 0 0 0 0]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['5-3 * * * *', 'beginning of range (5) beyond end of range (3): 5-3'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ['* * * * 7', 'end of range (7) above maximum (6): 7'],
    ['TZ=Asia/Tokyo * * * * *', 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'],
    ['CRON_TZ=UTC * * * * *', 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'],
    ['@never', 'unrecognized descriptor: @never'],
    ['@every soon', 'failed to parse duration @every soon: time: invalid duration "soon"'],
  ])('%s is refused', (text, message) => expect(scheduleError(text)).toBe(message));

  test.each(['* * * * *', '?/5 ? ? ? ?', '0,30 8-18/2 * Jan,JUL sun', '@hourly', '@annually', '@every 1.5h', ' 1  2\t3 4 5 '])(
    '%s is accepted',
    (text) => {
      expect(scheduleError(text)).toBeUndefined();
    },
  );
});

test('time zones', () => {
  for (const name of ['Asia/Tokyo', 'Etc/UTC', 'UTC', 'US/Eastern', 'Etc/GMT+5', 'America/Port-au-Prince', 'EST5EDT'])
    expect([name, isTimeZone(name)]).toEqual([name, true]);
  for (const name of ['', 'asia/tokyo', '+09:00', 'PST', 'Mars/Olympus', 'Local', '../etc/passwd', 'Asia/Tokyo '])
    expect([name, isTimeZone(name)]).toEqual([name, false]);
  expect(timeZoneError('Mars/Olympus')).toBe('unknown time zone Mars/Olympus');
  expect(timeZoneError('Asia/Tokyo')).toBeUndefined();
});

describe('laws', () => {
  const zones = fc.constantFrom(
    'Etc/UTC',
    'Asia/Tokyo',
    'America/New_York',
    'Europe/Berlin',
    'America/Santiago',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
    'Asia/Kathmandu',
    'Pacific/Apia',
  );
  const field = (min: number, max: number): fc.Arbitrary<string> =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min, max }).map(String),
      fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      fc.integer({ min: 2, max: 20 }).map((step) => `*/${step}`),
    );
  const schedules = fc.tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6)).map((fields) => fields.join(' '));
  const moments = fc.integer({ min: Date.UTC(2010, 0, 1) / 1000, max: Date.UTC(2030, 0, 1) / 1000 }).map((seconds) => seconds * 1000);

  test('an instant fires if and only if its wall clock matches', () => {
    fc.assert(
      fc.property(zones, schedules, moments, (zone, text, start) => {
        const schedule = parseSchedule(text);
        const until = start + 36 * 3_600_000;
        const found = instantsBetween(schedule, zone, { after: start, until, limit: 10_000 });
        expect(found).toEqual(matchingMinutes(text, zone, start, until));
      }),
      { numRuns: 60 },
    );
  });

  test('spans agree with the runtime and meet without a gap', () => {
    fc.assert(
      fc.property(zones, moments, (zone, instant) => {
        const span = offsetSpanAt(zone, instant);
        expect(span.start <= instant && instant < span.end).toBe(true);
        expect(local('Etc/UTC', instant + span.offsetMilliseconds)).toBe(local(zone, instant));
        expect(offsetSpanAt(zone, span.end).start).toBe(span.end);
      }),
    );
  });
});

/** The rule said plainly and slowly: asks the runtime for the wall clock of every minute. */
function matchingMinutes(text: string, zone: string, after: number, until: number): number[] {
  const schedule = parseSchedule(text);
  if (schedule.type !== 'calendar') return [];
  const fields = text.split(' ');
  const found: number[] = [];
  for (let instant = Math.floor(after / 60_000) * 60_000 + 60_000; instant <= until; instant += 60_000) {
    const [date = '', time = ''] = local(zone, instant).split(' ');
    const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
    const [hour = 0, minute = 0] = time.split(':').map(Number);
    const week = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
    const on = (index: number, value: number, min: number): boolean => allows(fields[index] ?? '', value, min);
    const days = fields[2] === '*' || fields[4] === '*' ? on(2, day, 1) && on(4, week, 0) : on(2, day, 1) || on(4, week, 0);
    if (on(0, minute, 0) && on(1, hour, 0) && on(3, month, 1) && days) found.push(instant);
  }
  return found;
}

function allows(field: string, value: number, min: number): boolean {
  if (field === '*') return true;
  if (field.startsWith('*/')) return (value - min) % Number(field.slice(2)) === 0;
  const [low = 0, high = low] = field.split('-').map(Number);
  return value >= low && value <= high;
}

test('a year of a thousand daily schedules takes well under a second', () => {
  const texts = ['0 3 * * *', '30 2 * * 1-5', '0 0 1 * *', '15 4 * * *'];
  const names = ['Asia/Tokyo', 'America/New_York', 'Europe/Berlin', 'Etc/UTC'];
  const started = performance.now();
  let count = 0;
  for (let index = 0; index < 1000; index += 1) {
    const schedule = parseSchedule(texts[index % 4] ?? '');
    const range = { after: Date.UTC(2026, 0, 1), until: Date.UTC(2027, 0, 1), limit: 1000 };
    count += instantsBetween(schedule, names[Math.floor(index / 4) % 4], range).length;
  }
  expect(count).toBeGreaterThan(200_000);
  expect(performance.now() - started).toBeLessThan(900);
});
