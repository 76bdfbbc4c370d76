/**
 * The ports through which the control plane reaches what runs on a tenant's nodes. The API server calls them after it has authorized; the gateway
 * implements them, in process or through the instance that holds the node's session.
 *
 * Streams are Node's own: a writer that is told to wait waits, and no implementation buffers without a limit.
 */
import type { Duplex, Readable, Writable } from 'node:stream';
import type { ClusterId } from '@kajitori/apimachinery';
import type { CommandStatus } from './exit-status.ts';

/** A pod that is bound to a node. The uid makes sure that a stream never reaches a later pod of the same name. */
export interface PodTarget {
  cluster: ClusterId;
  node: string;
  namespace: string;
  pod: string;
  uid: string;
}

export interface ContainerTarget extends PodTarget {
  container: string;
}

/** Which of a process' streams are wanted. With a terminal there is no stderr: it comes with stdout. */
export interface ProcessOptions {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

export interface ExecRequest extends ContainerTarget, ProcessOptions {
  command: readonly string[];
}

export interface AttachRequest extends ContainerTarget, ProcessOptions {}

/** `PodLogOptions`, without what only the API server acts on. */
export interface LogsRequest extends ContainerTarget {
  follow?: boolean;
  previous?: boolean;
  timestamps?: boolean;
  sinceSeconds?: number;
  /** RFC 3339. */
  sinceTime?: string;
  tailLines?: number;
  limitBytes?: number;
  stream?: 'All' | 'Stdout' | 'Stderr';
}

export interface PortForwardRequest extends PodTarget {
  port: number;
}

/** What a node tells of itself, as a kubelet does at its own port: `/stats/summary`, `/pods`. */
export interface DocumentRequest {
  cluster: ClusterId;
  node: string;
  /** With its query. */
  path: string;
}

export interface TerminalSize {
  width: number;
  height: number;
}

/** A process that runs, or that was attached to. Exactly the streams that were asked for are there. */
export interface ProcessStreams {
  stdin?: Writable;
  stdout?: Readable;
  stderr?: Readable;
  resize(size: TerminalSize): void;
  /**
   * How it ended; never rejects. Success, or a Failure with reason NonZeroExitCode and the exit code as a cause (see `exitStatus`).
   * Output may still be unread when it settles.
   */
  readonly status: Promise<CommandStatus>;
  /** Lets go of it: its streams end at once. */
  destroy(): void;
}

/** Every method throws StatusError: NotFound when the node knows no such pod, ServiceUnavailable when it cannot be reached. */
export interface NodeStreams {
  exec(request: ExecRequest, signal?: AbortSignal): Promise<ProcessStreams>;
  attach(request: AttachRequest, signal?: AbortSignal): Promise<ProcessStreams>;
  /** The log as the kubelet would serve it; without end when `follow` is set and the container lives. */
  logs(request: LogsRequest, signal?: AbortSignal): Promise<Readable>;
  /** One connection to a port inside the pod. */
  portForward(request: PortForwardRequest, signal?: AbortSignal): Promise<Duplex>;
  /** A document of the node itself. NotFound for what it does not serve; an agent that is too old to know of documents answers BadRequest. */
  document(request: DocumentRequest, signal?: AbortSignal): Promise<Readable>;
}

export interface DialRequest {
  cluster: ClusterId;
  /** Dial through this node; absent: through any that is connected. */
  node?: string;
  /** An address inside the cluster's network: of a pod, a Service or a node. */
  host: string;
  port: number;
}

/** Reaches addresses of a cluster's own network: webhooks, aggregated APIs, `proxy`. */
export interface ClusterDialer {
  /** @throws StatusError ServiceUnavailable when no node is connected or the address does not answer. */
  dial(request: DialRequest, signal?: AbortSignal): Promise<Duplex>;
}
