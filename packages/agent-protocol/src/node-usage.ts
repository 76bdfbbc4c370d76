import { z } from 'zod';

/**
 * What a node and its pods use, as the agent's document `usagePath` has it. It is asked for over a stream (`document`), so it is no message of a session:
 * an agent that is too old to know it refuses the stream, and its node has no metrics.
 */
export const usagePath = '/kajitori/v1/usage';

const amount = z.number().nonnegative();

/** CPU as it is used now, in nanocores: a thousand millionth of a core; memory as what cannot be let go of. */
export const resourceUsageForm = z.object({
  cpuNanoCores: amount,
  /** Since the container, or the machine, started. */
  cpuNanoseconds: amount,
  memoryWorkingSetBytes: amount,
  memoryUsageBytes: amount,
  memoryRssBytes: amount,
  /** Over which the CPU was measured. */
  windowSeconds: amount,
});
export type ResourceUsage = z.infer<typeof resourceUsageForm>;

/** Only containers that run and were measured twice are in it. */
export const nodeUsageForm = z.object({
  /** RFC 3339. */
  measuredAt: z.iso.datetime(),
  bootedAt: z.iso.datetime(),
  node: resourceUsageForm.extend({ memoryAvailableBytes: amount }),
  pods: z
    .array(
      z.object({
        namespace: z.string().max(63),
        name: z.string().max(253),
        uid: z.string().max(64),
        startedAt: z.string().max(64).optional(),
        containers: z.array(resourceUsageForm.extend({ name: z.string().max(253), startedAt: z.string().max(64).optional() })).max(500),
      }),
    )
    .max(2000),
});
export type NodeUsage = z.infer<typeof nodeUsageForm>;

/** Largest such document. */
export const usageBytesMax = 4 * 1024 * 1024;
