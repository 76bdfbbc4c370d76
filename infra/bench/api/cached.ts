import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { BenchContext, BenchGroup } from '../measurement.ts';

const pods = 5_000;
const run = promisify(execFile);

export const cached: BenchGroup = {
  name: 'api.cached',
  description: 'memory of an object in an informer, where controllers and the scheduler keep them, against its bytes on the wire',
  async run({ report, signal }: BenchContext): Promise<void> {
    const { stdout } = await run(process.execPath, ['--expose-gc', 'infra/bench/api/informer-memory.ts', String(pods)], { signal });
    const { wireBytes, heapBytes } = JSON.parse(stdout) as { wireBytes: number; heapBytes: number };
    report({ name: 'api.cachedObject.informer', value: heapBytes / pods, unit: 'B', floor: wireBytes / pods, goal: 2, better: 'lower' });
  },
};
