import type { Readable } from 'node:stream';
import type { DockerClient } from './docker-client.ts';
import { startExec } from './processes.ts';

export interface CommandResult {
  /** Undefined: it took too long and was killed. */
  exitCode: number | undefined;
  /** Both outputs, cut at a limit. */
  output: string;
}

const maxOutputBytes = 10 * 1024;

/** Runs a command in a container to its end, or until its time is up. @throws DockerError when it cannot be started. */
export async function runCommand(
  docker: DockerClient,
  containerId: string,
  command: readonly string[],
  timeoutMilliseconds: number,
): Promise<CommandResult> {
  const running = await startExec(docker, containerId, command, { stdin: false, stdout: true, stderr: true, tty: false });
  const chunks: Buffer[] = [];
  let bytes = 0;
  const collect = (output: Readable | undefined): void => {
    output?.on('error', () => undefined);
    output?.on('data', (chunk: Buffer) => {
      if (bytes < maxOutputBytes) chunks.push(chunk.subarray(0, maxOutputBytes - bytes));
      bytes += chunk.length;
    });
  };
  collect(running.stdout);
  collect(running.stderr);
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), timeoutMilliseconds);
  });
  try {
    const ended = await Promise.race([running.exitCode, timeUp]);
    if (ended === 'timeout') await running.kill();
    return { exitCode: ended === 'timeout' ? undefined : ended, output: Buffer.concat(chunks).toString('utf8') };
  } finally {
    clearTimeout(timer);
    running.destroy();
  }
}
