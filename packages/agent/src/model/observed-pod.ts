import type { EngineLimits } from './engine-limits.ts';

/** What of a pod exists in the container engine, as labels and inspection tell it. The only memory that survives the agent being killed. */
export interface ObservedPod {
  /** Newest first. */
  sandboxes: readonly ObservedSandbox[];
  containers: readonly ObservedContainer[];
}

export interface ObservedSandbox {
  id: string;
  attempt: number;
  state: ObservedState;
  createdAt: Date;
  /** Empty when it has no network of its own. */
  ips: readonly string[];
}

export type ObservedState = 'created' | 'running' | 'exited';

export interface ObservedContainer {
  id: string;
  name: string;
  /** 0 for the first; the container's restart count. */
  attempt: number;
  /** The sandbox whose namespaces it joined. */
  sandboxId: string;
  /** `containerHash` of the spec that it was made from. */
  hash: string;
  /** How long to wait after its end before the next attempt may start. */
  backOffSeconds: number;
  state: ObservedState;
  createdAt: Date;
  startedAt?: Date;
  finishedAt?: Date;
  exitCode?: number;
  oomKilled?: boolean;
  /** Why it could not be started, in the engine's words. */
  startError?: string;
  terminationMessage?: string;
  /** What its control group was told. */
  limits: EngineLimits;
  image: string;
  /** As `imageID` of a status: a pullable digest where there is one. */
  imageId: string;
  /** Who it runs as. */
  user?: { uid: number; gid: number; supplementalGroups: number[] };
}
