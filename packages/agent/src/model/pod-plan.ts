import type { PodStatus } from '@kajitori/kinds';
import type { EngineLimits, Resources } from './engine-limits.ts';
import type { ContainerRole } from './node-pod.ts';

/** One step towards what is wanted: complete data, so that whoever carries it out decides nothing. */
export type PodAction =
  | { type: 'mountVolumes' }
  | { type: 'createSandbox'; attempt: number }
  /** Without grace: what runs in it has ended or is to end with it. */
  | { type: 'stopSandbox'; id: string }
  | { type: 'ensureImage'; container: string; attempt: number }
  | {
      type: 'startContainer';
      container: string;
      role: ContainerRole;
      attempt: number;
      sandboxId: string;
      backOffSeconds: number;
      /** As this node has agreed to: not the spec's while a change of them waits. */
      resources?: Resources;
    }
  /** In place, while it runs. */
  | { type: 'resizeContainer'; id: string; container: string; limits: EngineLimits }
  /** `deadline` never moves later by asking again. */
  | { type: 'killContainer'; id: string; container: string; graceSeconds: number; reason: KillReason }
  | { type: 'removeSandbox'; id: string }
  | { type: 'removeContainer'; id: string; container: string }
  /** Nothing runs any more: all that is left of the pod on this node goes. */
  | { type: 'removePod' };

export type KillReason = 'stopping' | 'livenessProbe' | 'startupProbe' | 'definitionChanged' | 'resources' | 'sandboxChanged';

export interface PodPlan {
  /** In order. Independent pods' plans run side by side. */
  actions: PodAction[];
  status: PodStatus;
  events: PodEvent[];
  /** When time alone may change the plan. */
  wakeAt?: Date;
}

export interface PodEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  /** `spec.containers{NAME}`: which part of the pod it is about. */
  fieldPath?: string;
}
