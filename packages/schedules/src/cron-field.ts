/**
 * One field of a cron expression: which values of a small range it allows.
 * Grammar and messages are robfig/cron's standard parser, which is what Kubernetes validates a CronJob's schedule with.
 */
export interface CronField {
  /** Whether the field is unrestricted (`*` or `?`): decides how day of month and day of week combine. */
  readonly star: boolean;
  /** For each value of the range, the smallest allowed value that is not below it, or -1. */
  readonly nextAllowed: Int8Array;
}

export interface FieldBounds {
  readonly min: number;
  readonly max: number;
  readonly names?: Readonly<Record<string, number>>;
}

const numbered = (first: number, names: string): Record<string, number> =>
  Object.fromEntries(names.split(' ').map((name, index) => [name, first + index]));

export const fieldBounds = {
  minute: { min: 0, max: 59 },
  hour: { min: 0, max: 23 },
  dayOfMonth: { min: 1, max: 31 },
  month: { min: 1, max: 12, names: numbered(1, 'jan feb mar apr may jun jul aug sep oct nov dec') },
  dayOfWeek: { min: 0, max: 6, names: numbered(0, 'sun mon tue wed thu fri sat') },
} as const satisfies Record<string, FieldBounds>;

/** The text cannot be read as a schedule; the message is Kubernetes' own. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
}

/** @throws ScheduleError in robfig/cron's words. */
export function parseField(text: string, bounds: FieldBounds): CronField {
  const allowed = new Uint8Array(bounds.max + 1);
  let star = false;
  for (const part of text.split(',').filter((one) => one !== '')) {
    const range = parseRange(part, bounds);
    star ||= range.star;
    for (let value = range.start; value <= range.end; value += range.step) allowed[value] = 1;
  }
  return { star, nextAllowed: nextTable(allowed) };
}

function nextTable(allowed: Uint8Array): Int8Array {
  const next = new Int8Array(allowed.length).fill(-1);
  let last = -1;
  for (let value = allowed.length - 1; value >= 0; value -= 1) {
    if (allowed[value] === 1) last = value;
    next[value] = last;
  }
  return next;
}

interface Range {
  start: number;
  end: number;
  step: number;
  star: boolean;
}

function parseRange(text: string, bounds: FieldBounds): Range {
  const [span = '', stepText, ...moreSlashes] = text.split('/');
  const [low = '', high, ...moreHyphens] = span.split('-');
  const unrestricted = low === '*' || low === '?';
  if (!unrestricted && moreHyphens.length > 0) throw new ScheduleError(`too many hyphens: ${text}`);
  const start = unrestricted ? bounds.min : parseNumber(low, bounds);
  let end = unrestricted ? bounds.max : high === undefined ? start : parseNumber(high, bounds);
  if (moreSlashes.length > 0) throw new ScheduleError(`too many slashes: ${text}`);
  const step = stepText === undefined ? 1 : parseNumber(stepText, { min: 0, max: 0 });
  // `N/step` means `N-max/step`.
  if (stepText !== undefined && high === undefined) end = bounds.max;
  checkRange({ start, end, step, text }, bounds);
  return { start, end, step, star: unrestricted && step <= 1 };
}

function checkRange(
  { start, end, step, text }: { start: number; end: number; step: number; text: string },
  { min, max }: FieldBounds,
): void {
  if (start < min) throw new ScheduleError(`beginning of range (${start}) below minimum (${min}): ${text}`);
  if (end > max) throw new ScheduleError(`end of range (${end}) above maximum (${max}): ${text}`);
  if (start > end) throw new ScheduleError(`beginning of range (${start}) beyond end of range (${end}): ${text}`);
  if (step === 0) throw new ScheduleError(`step of range should be a positive number: ${text}`);
}

function parseNumber(text: string, { names }: FieldBounds): number {
  const named = names?.[text.toLowerCase()];
  if (named !== undefined) return named;
  if (!/^[+-]?\d+$/.test(text)) {
    throw new ScheduleError(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const value = Number(text);
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    throw new ScheduleError(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: value out of range`);
  }
  if (value < 0) throw new ScheduleError(`negative number (${value}) not allowed: ${text}`);
  return value;
}
