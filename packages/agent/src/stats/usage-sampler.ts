/**
 * Measures what the node and its containers use, and only while somebody wants to know: asked, it looks twice a second apart; as long as it is asked again,
 * it looks every `intervalMilliseconds`, and at once when a container has come that it has not seen; when nobody has asked for `idleMilliseconds`, its timer
 * and what it knew are gone.
 */
import type { NodeUsage, ResourceUsage } from '@kajitori/agent-protocol';
import { type CgroupPlace, findCgroup, type RawUsage, readCgroup } from './cgroup-usage.ts';
import { type MachineUsage, readMachineUsage } from './machine-usage.ts';

export interface MeasuredContainer {
  id: string;
  name: string;
  startedAt?: string;
}

export interface MeasuredPod {
  namespace: string;
  name: string;
  uid: string;
  startedAt?: string;
  /** Those that run. */
  containers: MeasuredContainer[];
}

export interface UsageSamplerOptions {
  pods: () => MeasuredPod[];
  /** The first process of a container; undefined when it does not run. */
  processId: (containerId: string) => Promise<number | undefined>;
  /** What the engine says, where this machine does not show a container's control group. */
  engineUsage: (containerId: string) => Promise<RawUsage | undefined>;
}

const intervalMilliseconds = 15_000;
const firstWindowMilliseconds = 1_000;
/** Over less a container's use of CPU says nothing; and new ones are not looked for more often. */
const leastWindowMilliseconds = 1_000;
const idleMilliseconds = 120_000;
/** Containers that are looked at side by side. */
const readersMax = 16;

interface Sample {
  at: number;
  time: Date;
  machine: MachineUsage;
  containers: Map<string, RawUsage>;
  /** All that ran then, whether or not they could be measured. */
  seen: ReadonlySet<string>;
}

export class UsageSampler implements Disposable {
  readonly #options: UsageSamplerOptions;
  /** Undefined: this machine does not show it. */
  readonly #places = new Map<string, CgroupPlace | undefined>();
  #previous: Sample | undefined;
  #latest: Sample | undefined;
  #timer: NodeJS.Timeout | undefined;
  #askedAt = 0;
  #looking: Promise<void> | undefined;

  constructor(options: UsageSamplerOptions) {
    this.#options = options;
  }

  /** At most `intervalMilliseconds` old. */
  async usage(): Promise<NodeUsage> {
    this.#askedAt = performance.now();
    if (this.#previous === undefined || this.#lacksOne()) {
      this.#looking ??= (this.#previous === undefined ? this.#begin() : this.#lookNow()).finally(() => (this.#looking = undefined));
      await this.#looking;
    }
    if (this.#previous === undefined || this.#latest === undefined) throw new Error('the measuring was ended');
    return usageBetween(this.#previous, this.#latest, this.#options.pods());
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#previous = undefined;
    this.#latest = undefined;
    this.#places.clear();
  }

  async #begin(): Promise<void> {
    const first = await this.#sample();
    await new Promise((resolve) => setTimeout(resolve, firstWindowMilliseconds));
    this.#latest = await this.#sample();
    this.#previous = first;
    this.#timer = setInterval(() => void this.#again(), intervalMilliseconds).unref();
  }

  /** Whether a container runs that the latest look could have seen, had it been later. */
  #lacksOne(): boolean {
    const latest = this.#latest;
    if (latest === undefined || performance.now() - latest.at < leastWindowMilliseconds) return false;
    return this.#options.pods().some(({ containers }) => containers.some(({ id }) => !latest.seen.has(id)));
  }

  async #lookNow(): Promise<void> {
    const sample = await this.#sample();
    if (this.#timer !== undefined) this.#latest = sample;
  }

  async #again(): Promise<void> {
    if (performance.now() - this.#askedAt > idleMilliseconds) return this[Symbol.dispose]();
    const before = this.#latest;
    const sample = await this.#sample();
    if (this.#timer === undefined) return;
    this.#previous = before;
    this.#latest = sample;
  }

  async #sample(): Promise<Sample> {
    const ids = this.#options.pods().flatMap(({ containers }) => containers.map(({ id }) => id));
    const machine = await readMachineUsage();
    const at = performance.now();
    const containers = new Map<string, RawUsage>();
    const queue = ids.values();
    const read = async (): Promise<void> => {
      for (const id of queue) {
        const usage = await this.#container(id);
        if (usage !== undefined) containers.set(id, usage);
      }
    };
    await Promise.all(Array.from({ length: Math.min(readersMax, ids.length) }, read));
    const alive = new Set(ids);
    for (const id of this.#places.keys()) if (!alive.has(id)) this.#places.delete(id);
    return { at, time: new Date(), machine, containers, seen: alive };
  }

  /** A container that ends while it is looked at has no usage. */
  async #container(id: string): Promise<RawUsage | undefined> {
    if (!this.#places.has(id)) {
      const processId = await this.#options.processId(id).catch(() => undefined);
      if (processId === undefined) return undefined;
      this.#places.set(id, await findCgroup(processId, id).catch(() => undefined));
    }
    const place = this.#places.get(id);
    const usage = place === undefined ? undefined : await readCgroup(place).catch(() => undefined);
    if (usage !== undefined) return usage;
    this.#places.set(id, undefined);
    return this.#options.engineUsage(id).catch(() => undefined);
  }
}

function usageBetween(before: Sample, after: Sample, pods: readonly MeasuredPod[]): NodeUsage {
  const windowSeconds = (after.at - before.at) / 1000;
  return {
    measuredAt: after.time.toISOString(),
    bootedAt: after.machine.bootedAt.toISOString(),
    node: { ...rated(before.machine, after.machine, windowSeconds), memoryAvailableBytes: after.machine.memoryAvailableBytes },
    pods: pods.map(({ containers, ...pod }) => ({
      ...pod,
      containers: containers.flatMap(({ id, ...container }) => {
        const [old, now] = [before.containers.get(id), after.containers.get(id)];
        if (now === undefined) return [];
        if (old !== undefined) return [{ ...container, ...rated(old, now, windowSeconds) }];
        // It began after the earlier look: all that it has used, it has used since then.
        const sinceStartSeconds = (after.time.getTime() - Date.parse(container.startedAt ?? '')) / 1000;
        return sinceStartSeconds * 1000 >= leastWindowMilliseconds ? [{ ...container, ...rated(nothing, now, sinceStartSeconds) }] : [];
      }),
    })),
  };
}

const nothing: Pick<RawUsage, 'cpuNanoseconds'> = { cpuNanoseconds: 0 };

function rated(old: Pick<RawUsage, 'cpuNanoseconds'>, now: RawUsage, windowSeconds: number): ResourceUsage {
  return {
    cpuNanoCores: Math.max(0, Math.round((now.cpuNanoseconds - old.cpuNanoseconds) / windowSeconds)),
    cpuNanoseconds: now.cpuNanoseconds,
    memoryWorkingSetBytes: now.memoryWorkingSetBytes,
    memoryUsageBytes: now.memoryUsageBytes,
    memoryRssBytes: now.memoryRssBytes,
    windowSeconds,
  };
}
