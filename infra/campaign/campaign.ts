import type { Random } from './random.ts';

/** A long trial with chance in it, which a seed repeats. */
export interface Campaign {
  name: string;
  /** What it does and what must hold, in a line. */
  description: string;
  /** How much of it, when nothing is said. */
  whole: CampaignSize;
  /** The bounded piece that `npm test` runs. */
  slice: CampaignSize;
  run: (context: CampaignContext) => Promise<CampaignResult>;
}

/** A campaign goes by one of them: the number of its acts, or the time for them. */
export interface CampaignSize {
  count?: number;
  seconds?: number;
}

export interface CampaignContext extends CampaignSize {
  seed: number;
  random: Random;
  signal: AbortSignal;
  /** Progress, for people. */
  log: (text: string) => void;
}

export interface CampaignResult {
  /** Promises that held, and those that did not with what was seen. */
  passed: number;
  failures: string[];
  /** Figures worth keeping. */
  facts: Record<string, number | string>;
}

/** Collects what held and what did not. */
export class Verdict {
  #passed = 0;
  readonly #failures: string[] = [];

  /** Notes a promise; what was seen is only asked for when it did not hold. */
  holds(promise: string, kept: boolean, seen: () => string = () => ''): void {
    if (kept) this.#passed += 1;
    else this.#failures.push([promise, seen()].filter(Boolean).join(': '));
  }

  get failed(): boolean {
    return this.#failures.length > 0;
  }

  result(facts: CampaignResult['facts']): CampaignResult {
    return { passed: this.#passed, failures: this.#failures, facts };
  }
}
