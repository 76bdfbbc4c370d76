import type { CalendarSchedule, Schedule } from './schedule.ts';
import { defaultTimeZone, offsetSpanAt } from './time-zone.ts';

/**
 * When a schedule fires. The rule is the one Kubernetes documents by its behaviour: a schedule fires at every instant whose
 * wall clock in the zone matches. So a time that a clock change skips does not fire that day, and one that comes twice
 * fires twice.
 *
 * Where robfig/cron's stepping leaves that rule by accident (it walks hour by hour, so after a gap at midnight it can fire a
 * day late, and after a half-hour gap it can miss the rest of the day), the rule is kept.
 */

const minuteMilliseconds = 60_000;
const hourMilliseconds = 3_600_000;
const dayMilliseconds = 86_400_000;
/** Like robfig/cron, a schedule with nothing in five years never fires (30 February, say). */
const horizonMilliseconds = 5 * 366 * dayMilliseconds;

/**
 * The first instant strictly after another, both in milliseconds since the epoch; undefined when there is none in five years.
 * @throws RangeError for an unknown zone.
 */
export function nextInstant(schedule: Schedule, zone: string | undefined, after: number): number | undefined {
  const from = Math.floor(after / 1000) * 1000;
  if (schedule.type === 'interval') return from + schedule.intervalMilliseconds;
  return nextMatch(schedule, zone ?? defaultTimeZone, from + 1000);
}

export interface InstantRange {
  /** Exclusive. */
  after: number;
  /** Inclusive. */
  until: number;
  /** Stops after this many. */
  limit: number;
}

/** Instants in `(after, until]`, earliest first, at most `limit`. */
export function instantsBetween(schedule: Schedule, zone: string | undefined, { after, until, limit }: InstantRange): number[] {
  const instants: number[] = [];
  let next = nextInstant(schedule, zone, after);
  while (next !== undefined && next <= until && instants.length < limit) {
    instants.push(next);
    next = nextInstant(schedule, zone, next);
  }
  return instants;
}

function nextMatch(schedule: CalendarSchedule, zone: string, from: number): number | undefined {
  const horizon = from + horizonMilliseconds;
  let instant = from;
  while (instant < horizon) {
    const { end, offsetMilliseconds } = offsetSpanAt(zone, instant);
    const local = nextLocal(schedule, instant + offsetMilliseconds, end + offsetMilliseconds);
    if (local !== undefined) return local - offsetMilliseconds;
    instant = end;
  }
  return undefined;
}

/** First matching wall-clock minute in `[from, end)`. Local times are counted as if they were UTC. */
function nextLocal(schedule: CalendarSchedule, from: number, end: number): number | undefined {
  let local = Math.ceil(from / minuteMilliseconds) * minuteMilliseconds;
  while (local < end) {
    const day = Math.floor(local / dayMilliseconds);
    const date = civilDate(day);
    if (!monthMatches(schedule, date.month)) {
      local = Date.UTC(date.year, date.month, 1);
      continue;
    }
    const within = dayMatches(schedule, date.day, weekday(day)) ? nextInDay(schedule, local - day * dayMilliseconds) : undefined;
    if (within !== undefined) {
      const found = day * dayMilliseconds + within;
      return found < end ? found : undefined;
    }
    local = (day + 1) * dayMilliseconds;
  }
  return undefined;
}

/** First allowed time of day that is not before `time`, in milliseconds. */
function nextInDay({ hour, minute }: CalendarSchedule, time: number): number | undefined {
  const atHour = Math.floor(time / hourMilliseconds);
  const allowedHour = hour.nextAllowed[atHour] ?? -1;
  if (allowedHour === atHour) {
    const allowedMinute = minute.nextAllowed[Math.floor((time % hourMilliseconds) / minuteMilliseconds)] ?? -1;
    if (allowedMinute >= 0) return atHour * hourMilliseconds + allowedMinute * minuteMilliseconds;
  }
  const laterHour = allowedHour === atHour ? (hour.nextAllowed[atHour + 1] ?? -1) : allowedHour;
  const firstMinute = minute.nextAllowed[0] ?? -1;
  return laterHour < 0 || firstMinute < 0 ? undefined : laterHour * hourMilliseconds + firstMinute * minuteMilliseconds;
}

function monthMatches({ month }: CalendarSchedule, value: number): boolean {
  return month.nextAllowed[value] === value;
}

/** When both day fields are restricted, either may match; otherwise both must. */
function dayMatches({ dayOfMonth, dayOfWeek }: CalendarSchedule, day: number, week: number): boolean {
  const byMonth = dayOfMonth.nextAllowed[day] === day;
  const byWeek = dayOfWeek.nextAllowed[week] === week;
  return dayOfMonth.star || dayOfWeek.star ? byMonth && byWeek : byMonth || byWeek;
}

/** 1 January 1970 was a Thursday. */
function weekday(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** Days since the epoch to the Gregorian date (month from 1), by the 400-year cycle; no Date object is made. */
function civilDate(day: number): { year: number; month: number; day: number } {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1 };
}
