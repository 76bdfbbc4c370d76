import { open } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { type DockerClient, isDockerError } from './docker-client.ts';
import type { InspectedContainer } from './docker-forms.ts';
import { demultiplexed } from './demultiplex.ts';
import { label } from './labels.ts';

/** Kubernetes' limits: of the file, and of the log that stands in for it. */
const maxFileBytes = 4096;
const maxLogBytes = 2048;
const maxLogLines = 80;

/** What a container left as its last words; undefined when it said nothing. */
export async function terminationMessage(docker: DockerClient, one: InspectedContainer): Promise<string | undefined> {
  const written = await startOf(one.Config.Labels[label.terminationMessagePath]);
  if (written !== '') return written;
  const fallback = one.Config.Labels[label.terminationMessagePolicy] === 'FallbackToLogsOnError' && one.State.ExitCode !== 0;
  const log = fallback ? await lastLog(docker, one) : '';
  return log === '' ? undefined : log;
}

async function startOf(file: string | undefined): Promise<string> {
  if (file === undefined) return '';
  try {
    await using handle = await open(file, 'r');
    const { buffer: bytes, bytesRead } = await handle.read(Buffer.alloc(maxFileBytes), 0, maxFileBytes, 0);
    return bytes.toString('utf8', 0, bytesRead);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

async function lastLog(docker: DockerClient, one: InspectedContainer): Promise<string> {
  try {
    const raw = await docker.stream('GET', `/containers/${one.Id}/logs`, { query: { stdout: 1, stderr: 1, tail: maxLogLines } });
    const bytes = await buffer(one.Config.Tty ? raw : demultiplexed(raw));
    return bytes.subarray(Math.max(bytes.length - maxLogBytes, 0)).toString('utf8');
  } catch (error) {
    if (isDockerError(error, 404)) return '';
    throw error;
  }
}
