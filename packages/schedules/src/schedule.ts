import { type CronField, fieldBounds, parseField, ScheduleError } from './cron-field.ts';

/**
 * A CronJob's `spec.schedule`, parsed. Owns the grammar: five fields (minute, hour, day of month, month, day of week) with
 * names, lists, ranges and steps, or a descriptor (`@hourly`, `@every 90m`), as robfig/cron's standard parser reads them.
 * Holds no time zone: a schedule means instants only together with one.
 */
export type Schedule = CalendarSchedule | IntervalSchedule;

export interface CalendarSchedule {
  readonly type: 'calendar';
  readonly minute: CronField;
  readonly hour: CronField;
  readonly dayOfMonth: CronField;
  readonly month: CronField;
  readonly dayOfWeek: CronField;
}

/** `@every`: counted from the instant before, whatever clocks say. */
export interface IntervalSchedule {
  readonly type: 'interval';
  readonly intervalMilliseconds: number;
}

export { ScheduleError };

const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** Longest schedule that is read at all; real ones have a few dozen characters. */
const lengthMax = 1024;

/**
 * @throws ScheduleError whose message is the detail of Kubernetes' `spec.schedule: Invalid value`.
 */
export function parseSchedule(text: string): Schedule {
  if (text === '') throw new ScheduleError('empty spec string');
  if (text.length > lengthMax) throw new ScheduleError(`must be no more than ${lengthMax} characters`);
  if (text.includes('TZ')) throw new ScheduleError('cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
  if (text.startsWith('@')) return parseDescriptor(text);
  return parseFields(text);
}

/** What is wrong with a schedule, in Kubernetes' words; undefined when nothing is. */
export function scheduleError(text: string): string | undefined {
  try {
    parseSchedule(text);
    return undefined;
  } catch (error) {
    if (error instanceof ScheduleError) return error.message;
    throw error;
  }
}

function parseFields(text: string): CalendarSchedule {
  const fields = text.split(/\s+/).filter((field) => field !== '');
  const [minute, hour, dayOfMonth, month, dayOfWeek] = fields;
  if (
    minute === undefined ||
    hour === undefined ||
    dayOfMonth === undefined ||
    month === undefined ||
    dayOfWeek === undefined ||
    fields.length !== 5
  ) {
    throw new ScheduleError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);
  }
  return {
    type: 'calendar',
    minute: parseField(minute, fieldBounds.minute),
    hour: parseField(hour, fieldBounds.hour),
    dayOfMonth: parseField(dayOfMonth, fieldBounds.dayOfMonth),
    month: parseField(month, fieldBounds.month),
    dayOfWeek: parseField(dayOfWeek, fieldBounds.dayOfWeek),
  };
}

function parseDescriptor(text: string): Schedule {
  const fields = Object.hasOwn(descriptors, text) ? descriptors[text] : undefined;
  if (fields !== undefined) return parseFields(fields);
  const every = '@every ';
  if (!text.startsWith(every)) throw new ScheduleError(`unrecognized descriptor: ${text}`);
  const duration = parseDuration(text.slice(every.length));
  if (duration === undefined) {
    const said = text.slice(every.length);
    throw new ScheduleError(`failed to parse duration ${text}: time: invalid duration ${JSON.stringify(said)}`);
  }
  // Whole seconds, at least one: a schedule has no finer grain.
  return { type: 'interval', intervalMilliseconds: Math.max(1000, Math.floor(duration / 1000) * 1000) };
}

const unitMilliseconds: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Go's time.ParseDuration, in milliseconds. */
function parseDuration(text: string): number | undefined {
  const signed = /^([+-]?)(.+)$/.exec(text);
  if (signed === null) return undefined;
  const rest = signed[2] ?? '';
  if (rest === '0') return 0;
  const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy;
  let total = 0;
  let end = 0;
  for (const match of rest.matchAll(part)) {
    total += Number(match[1]) * (unitMilliseconds[match[2] ?? ''] ?? 0);
    end = match.index + match[0].length;
  }
  if (end !== rest.length || total > 9.2e12) return undefined;
  return signed[1] === '-' ? -total : total;
}
