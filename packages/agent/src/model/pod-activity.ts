import type { EngineLimits } from './engine-limits.ts';

/** What the agent itself is doing, or failed to do, for one pod. Lost with the process: everything in it can be found out again. */
export interface PodActivity {
  volumes: VolumesState;
  sandboxFailure?: Failure;
  /** By container name. */
  images: ReadonlyMap<string, ImageState>;
  /** By container name: the attempt that could not be made or started. */
  startFailures: ReadonlyMap<string, StartFailure>;
  /** By container name: the attempt that is being started, its postStart hook included. */
  starting: ReadonlyMap<string, number>;
  /** By container id: those that have been asked to stop. */
  stopping: ReadonlyMap<string, Stopping>;
  /** By container id: the last change of what it may use. */
  resizes: ReadonlyMap<string, ResizeState>;
  /** By container id. */
  probes: ReadonlyMap<string, ProbeResults>;
}

export interface Failure {
  message: string;
  at: Date;
  /** In a row. */
  count: number;
}

export type VolumesState = { phase: 'pending' } | { phase: 'ready' } | { phase: 'failed'; failure: Failure };

export interface ImageState {
  /** An image is made sure of anew for each attempt, since the policy may be Always. */
  attempt: number;
  image: string;
  phase: 'pulling' | 'present' | 'failed';
  /** The last failure; kept while it is tried again. */
  failure?: Failure & { reason: ImageFailureReason };
}

export type ImageFailureReason = 'ErrImagePull' | 'ErrImageNeverPull' | 'InvalidImageName' | 'ErrImageInspect';

export interface StartFailure extends Failure {
  attempt: number;
  reason: 'CreateContainerConfigError' | 'CreateContainerError' | 'RunContainerError' | 'PostStartHookError';
}

export interface Stopping {
  /** When it is killed if it has not ended. */
  deadline: Date;
}

export interface ResizeState {
  limits: EngineLimits;
  phase: 'underway' | 'done' | 'failed';
  failure?: Failure;
}

export interface ProbeResults {
  /** Undefined: no startup probe, or none has answered yet. */
  started?: boolean;
  ready?: boolean;
  /** The container is to be killed. */
  failed?: { probe: 'liveness' | 'startup'; graceSeconds?: number };
}

export const noActivity: PodActivity = {
  volumes: { phase: 'pending' },
  images: new Map(),
  startFailures: new Map(),
  starting: new Map(),
  stopping: new Map(),
  resizes: new Map(),
  probes: new Map(),
};
