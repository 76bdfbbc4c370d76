import { createLogger, type Logger } from '@kajitori/telemetry';
import { MemoryReturn } from './memory-return.ts';

/** Longest time that a process takes to let go of its work after SIGTERM. */
const drainMillisecondsMax = 8_000;

export interface RunningProcess {
  /** Aborted by the first SIGTERM or SIGINT. */
  signal: AbortSignal;
  logger: Logger;
  /** What is disposed at the end, last first. */
  owns: AsyncDisposableStack;
  /** Takes breaks when the process is quiet. */
  memory: MemoryReturn;
}

/**
 * Runs a server process until a signal ends it: `start` opens what it needs and gives it to `owns`. A failure to start is logged and ends
 * the process with 1; so does a failure that nobody caught, since what it left behind is not known.
 */
export async function runProcess(
  options: { name: string; level: string },
  start: (process: RunningProcess) => Promise<void>,
): Promise<void> {
  const logger = createLogger(options);
  const stop = new AbortController();
  const owns = new AsyncDisposableStack();
  const memory = owns.use(new MemoryReturn(logger));
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort(name));
  process.on('uncaughtException', (error) => fail(logger, error, 'an error that nobody caught ends the process'));
  try {
    await start({ signal: stop.signal, logger, owns, memory });
    logger.info({ pid: process.pid }, 'started');
  } catch (error) {
    await owns.disposeAsync().catch(() => undefined);
    fail(logger, error, 'the process could not start');
    return;
  }
  await new Promise<void>((resolve) => {
    if (stop.signal.aborted) resolve();
    else stop.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  setTimeout(() => fail(logger, new Error('draining took too long'), 'the process is ended'), drainMillisecondsMax).unref();
  await owns.disposeAsync();
  logger.info({}, 'stopped');
  process.exit(0);
}

function fail(logger: Logger, error: unknown, message: string): void {
  logger.error({ error }, message);
  process.exitCode = 1;
  // The logger writes synchronously; nothing is lost by leaving at once.
  process.exit(1);
}
