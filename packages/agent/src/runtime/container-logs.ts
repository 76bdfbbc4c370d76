import type { Readable } from 'node:stream';
import type { DockerClient } from './docker-client.ts';
import { demultiplexed } from './demultiplex.ts';

export interface ContainerLogRequest {
  follow?: boolean;
  timestamps?: boolean;
  sinceSeconds?: number;
  /** RFC 3339. */
  sinceTime?: string;
  tailLines?: number;
  stream?: 'All' | 'Stdout' | 'Stderr';
}

/** The log of a container, living or dead, in lines as they were written; with `timestamps` each begins with its RFC 3339 time. */
export async function containerLogs(
  docker: DockerClient,
  container: { id: string; tty: boolean },
  request: ContainerLogRequest,
  now: Date,
): Promise<Readable> {
  const { stream = 'All' } = request;
  const raw = await docker.stream('GET', `/containers/${container.id}/logs`, {
    query: {
      stdout: stream === 'Stderr' ? 0 : 1,
      stderr: stream === 'Stdout' ? 0 : 1,
      follow: request.follow === true ? 1 : 0,
      timestamps: request.timestamps === true ? 1 : 0,
      tail: request.tailLines ?? 'all',
      since: sinceOf(request, now),
    },
  });
  return container.tty ? raw : demultiplexed(raw);
}

/** Seconds since the epoch, with a fraction. */
function sinceOf({ sinceSeconds, sinceTime }: ContainerLogRequest, now: Date): string | undefined {
  const milliseconds = sinceTime === undefined ? sinceSeconds && now.getTime() - sinceSeconds * 1000 : Date.parse(sinceTime);
  return milliseconds === undefined ? undefined : (milliseconds / 1000).toFixed(3);
}
