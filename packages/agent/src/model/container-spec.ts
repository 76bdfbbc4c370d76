import type { Container } from '@kajitori/kinds';
import type { ContainerRole, NodePod } from './node-pod.ts';

/** A container with everything looked up that its spec only refers to: what the engine needs to make it. */
export interface ContainerSpec {
  pod: NodePod;
  container: Container;
  role: ContainerRole;
  attempt: number;
  sandboxId: string;
  backOffSeconds: number;
  /** `NAME=value`, in order; later ones win. */
  env: readonly string[];
  /** With `$(VAR)` replaced; absent: the image's own. */
  command?: readonly string[];
  args?: readonly string[];
  mounts: readonly BindMount[];
  /** The file on this machine behind `terminationMessagePath`. */
  terminationMessageFile: string;
  /** The container whose processes an ephemeral one sees. */
  pidTargetId?: string;
}

export interface BindMount {
  source: string;
  target: string;
  readOnly: boolean;
  /** Absent: the engine's own choice. */
  propagation?: 'rslave' | 'rshared';
}

/** What a pod's network looks like from inside. */
export interface PodDns {
  nameservers: readonly string[];
  searches: readonly string[];
  options: readonly string[];
}

/** The spec asks for something that is not there, in the kubelet's words (`CreateContainerConfigError`). */
export class ContainerConfigError extends Error {
  override readonly name = 'ContainerConfigError';
}
