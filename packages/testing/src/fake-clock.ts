import type { Clock } from '@kajitori/apimachinery';

/** A clock that stands still until it is told. */
export class FakeClock implements Clock {
  #milliseconds: number;

  constructor(start: Date | string = '2026-01-01T00:00:00Z') {
    this.#milliseconds = new Date(start).getTime();
  }

  now(): Date {
    return new Date(this.#milliseconds);
  }

  advance(milliseconds: number): Date {
    this.#milliseconds += milliseconds;
    return this.now();
  }

  set(instant: Date | string): Date {
    this.#milliseconds = new Date(instant).getTime();
    return this.now();
  }
}
