import { InvalidArgumentError } from 'commander';

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `90s`, `30m`, `12h`, `7d` in seconds. @throws InvalidArgumentError otherwise. */
export function durationSeconds(text: string): number {
  const [, digits, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = Number(digits) * (unitSeconds[unit ?? ''] ?? Number.NaN);
  if (!Number.isSafeInteger(seconds) || seconds === 0) throw new InvalidArgumentError('Give a duration like 90s, 30m, 12h or 7d.');
  return seconds;
}

/** A duration before now, or an instant, as an instant. @throws InvalidArgumentError otherwise. */
export function instantOrAge(text: string): string {
  if (/^\d+[smhd]$/.test(text)) return new Date(Date.now() - durationSeconds(text) * 1000).toISOString();
  const instant = new Date(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(instant.getTime())) {
    throw new InvalidArgumentError('Give an age like 30m or 7d, or an instant like 2026-11-21T09:00:00Z.');
  }
  return instant.toISOString();
}

export function positiveInteger(text: string): number {
  const number = Number(text);
  if (!/^\d{1,9}$/.test(text) || number < 1) throw new InvalidArgumentError('Give a whole number of at least 1.');
  return number;
}
