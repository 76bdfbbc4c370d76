import { z } from 'zod';
import { type DockerClient, isDockerError } from './docker-client.ts';

const usageForm = z.object({
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number().default(0) }) }),
  memory_stats: z.object({ usage: z.number().default(0), stats: z.record(z.string(), z.number()).default({}) }),
});

export interface EngineUsage {
  cpuNanoseconds: number;
  memoryWorkingSetBytes: number;
  memoryUsageBytes: number;
  memoryRssBytes: number;
}

/** What a container uses, by the engine's one look. Undefined for one that is gone. */
export async function engineUsage(docker: DockerClient, containerId: string): Promise<EngineUsage | undefined> {
  const answer = await docker
    .json('GET', `/containers/${containerId}/stats`, { query: { stream: 0, 'one-shot': 1 } })
    .catch((error: unknown) => {
      if (isDockerError(error, 404)) return undefined;
      throw error;
    });
  if (answer === undefined) return undefined;
  const { cpu_stats, memory_stats } = usageForm.parse(answer);
  const { usage, stats } = memory_stats;
  return {
    cpuNanoseconds: cpu_stats.cpu_usage.total_usage,
    memoryUsageBytes: usage,
    memoryWorkingSetBytes: Math.max(0, usage - (stats['total_inactive_file'] ?? stats['inactive_file'] ?? 0)),
    memoryRssBytes: stats['total_rss'] ?? stats['anon'] ?? 0,
  };
}
