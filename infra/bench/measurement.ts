/** One line of `npm run bench`. */
export interface Measurement {
  name: string;
  value: number;
  unit: string;
  /** The same work done by the barest means, measured in the same run; absent where there is none. */
  floor?: number;
  /** value / floor. */
  ratio?: number;
  /** Of `ratio` where there is a floor, else of `value`. */
  goal: number;
  better: 'lower' | 'higher';
}

/** Where a group puts what it measured. */
export type Report = (measurement: Omit<Measurement, 'ratio'>) => void;

export interface BenchContext {
  report: Report;
  signal: AbortSignal;
  /** Progress, for people. */
  log: (text: string) => void;
}

export interface BenchGroup {
  name: string;
  description: string;
  run: (context: BenchContext) => Promise<void>;
}

/** The line of a measurement; whether it reaches its goal stands on stderr only. */
export function completed(measurement: Omit<Measurement, 'ratio'>): Measurement {
  const { name, unit, floor, goal, better } = measurement;
  const value = round(measurement.value);
  return floor === undefined
    ? { name, value, unit, goal, better }
    : { name, value, unit, floor: round(floor), ratio: round(measurement.value / floor), goal, better };
}

export function reaches({ value, ratio, goal, better }: Measurement): boolean {
  const figure = ratio ?? value;
  return better === 'lower' ? figure <= goal : figure >= goal;
}

/** The value below which a share of the samples lie, by nearest rank. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (found === undefined) throw new RangeError('no samples');
  return found;
}

/** Four significant digits: more are noise. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
