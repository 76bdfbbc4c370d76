import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { SupervisorControl } from '../../local/supervisor/control.ts';
import type { Random } from '../random.ts';

const pauseMilliseconds = { min: 1_000, max: 5_000 };
const flushLimitMilliseconds = 1_000;

export interface KillerOptions {
  control: SupervisorControl;
  random: Random;
  count: number;
  redisPort: number;
  signal: AbortSignal;
  log: (text: string) => void;
}

/** Kills random processes of the instance, 1 to 5 s apart, without waiting for anything to recover. Answers how many of each. */
export async function kill({ control, random, count, redisPort, signal, log }: KillerOptions): Promise<Record<string, number>> {
  const killed: Record<string, number> = {};
  for (let number = 1; number <= count && !signal.aborted;) {
    await sleep(random.integer(pauseMilliseconds.min, pauseMilliseconds.max), undefined, { signal });
    const { processes } = await control.state();
    const { name, pid } = random.pick(processes);
    if (pid === undefined) continue;
    if (name === 'redis') await flush(redisPort);
    process.kill(pid, 'SIGKILL');
    killed[name] = (killed[name] ?? 0) + 1;
    log(`kill ${number} of ${count}: ${name} (${pid})`);
    number += 1;
  }
  return killed;
}

/** Empties Redis first, so that nothing could come back from its memory. */
async function flush(port: number): Promise<void> {
  const redis = new Redis({
    port,
    host: '127.0.0.1',
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    commandTimeout: flushLimitMilliseconds,
  });
  try {
    await redis.connect();
    await redis.flushall();
  } catch {
    // It is down already: then there is nothing to empty.
  } finally {
    redis.disconnect();
  }
}
