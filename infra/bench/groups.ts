import type { BenchGroup } from './measurement.ts';

/** Every group of measurements. A new one is a file in groups/ and a line here. */
export const groups: readonly BenchGroup[] = [];
