/** The only source of time for code that must be testable. Wall time in milliseconds since the epoch. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
