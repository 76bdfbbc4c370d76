/**
 * What the control plane reaches in this node's pods: commands, attachments, logs, ports. Implements the streams' ports over what it is handed.
 *
 * Invariant: a stream reaches only the pod whose uid was named, never a later one of the same name. It owns no process: letting go of a stream ends it.
 */
import { type Duplex, Readable } from 'node:stream';
import { StatusError, badRequest, notFound } from '@kajitori/apimachinery';
import {
  type AttachRequest,
  type ClusterDialer,
  type CommandStatus,
  type ContainerTarget,
  type DialRequest,
  type DocumentRequest,
  type ExecRequest,
  type LogsRequest,
  type NodeStreams,
  type PodTarget,
  type PortForwardRequest,
  type ProcessOptions,
  type ProcessStreams,
  exitStatus,
  failureStatus,
  successStatus,
} from '@kajitori/streams';
import { ConnectionRefusedError, dial } from './dial.ts';
import { dialInside } from './dial-inside.ts';
import { limitBytes } from './limit-bytes.ts';

/** What the node knows of one container. */
export interface StreamedContainer {
  running?: { id: string };
  /** The newest that ran, living or dead. */
  latestId?: string;
  /** The one before the newest life: what `--previous` means. */
  previousId?: string;
  waitingReason?: string;
}

export interface RunningProcess {
  stdin?: Duplex;
  stdout?: Readable;
  stderr?: Readable;
  resize(size: { width: number; height: number }): Promise<void>;
  readonly exitCode: Promise<number | undefined>;
  destroy(): void;
}

export interface StreamedPod {
  /** Where its ports are, the likeliest first; none while it has no address. */
  ips: readonly string[];
  container: (name: string) => StreamedContainer | undefined;
  /** A process in the pod's network; undefined when there is none. */
  networkProcessId: () => Promise<number | undefined>;
}

type LogOptions = Omit<LogsRequest, keyof ContainerTarget | 'previous' | 'limitBytes'>;

export interface PodStreamsOptions {
  /** Undefined when there is no such pod here. */
  pod: (uid: string) => Promise<StreamedPod | undefined>;
  exec: (containerId: string, command: readonly string[], wanted: ProcessOptions) => Promise<RunningProcess>;
  attach: (containerId: string, wanted: ProcessOptions) => Promise<RunningProcess>;
  logs: (containerId: string, options: LogOptions) => Promise<Readable>;
  /** What the node tells of itself. @throws StatusError NotFound for what it does not tell. */
  document: (path: string) => Promise<string>;
  /** Whether a pod of this node has that address. */
  isPodAddress: (address: string) => boolean;
}

export class PodStreams implements NodeStreams, ClusterDialer {
  readonly #options: PodStreamsOptions;

  constructor(options: PodStreamsOptions) {
    this.#options = options;
  }

  async exec(request: ExecRequest): Promise<ProcessStreams> {
    const id = await this.#runningId(request);
    const process = await this.#options.exec(id, request.command, request);
    const status = process.exitCode.then(
      (code) =>
        code === undefined
          ? failureStatus(new Error('the engine does not know how the command ended'), 'the command ended unseen')
          : exitStatus(code),
      (error: unknown) => failureStatus(error, 'the command ended unseen'),
    );
    return processStreams(process, status);
  }

  async attach(request: AttachRequest): Promise<ProcessStreams> {
    const id = await this.#runningId(request);
    const process = await this.#options.attach(id, request);
    return processStreams(
      process,
      process.exitCode.then(
        () => successStatus,
        (error: unknown) => failureStatus(error, 'the attachment broke off'),
      ),
    );
  }

  async logs(request: LogsRequest): Promise<Readable> {
    const { container, pod } = request;
    const found = await this.#container(request);
    const id = request.previous === true ? found.previousId : found.latestId;
    if (id === undefined && request.previous === true)
      throw badRequest(`previous terminated container "${container}" in pod "${pod}" not found`);
    if (id === undefined)
      throw badRequest(`container "${container}" in pod "${pod}" is waiting to start: ${waitingText(found.waitingReason)}`);
    const log = await this.#options.logs(id, request);
    return request.limitBytes === undefined ? log : limitBytes(log, request.limitBytes);
  }

  async document({ path }: DocumentRequest): Promise<Readable> {
    return Readable.from([Buffer.from(await this.#options.document(path))]);
  }

  async portForward(request: PortForwardRequest, signal?: AbortSignal): Promise<Duplex> {
    const { ips, networkProcessId } = await this.#pod(request);
    let refused: unknown = new StatusError('ServiceUnavailable', `pod "${request.pod}" has no address: it is not running`);
    for (const host of ips) {
      try {
        return await dial({ host, port: request.port }, signal);
      } catch (error) {
        if (!(error instanceof ConnectionRefusedError)) throw error;
        refused = error;
      }
    }
    const processId = ips.length === 0 ? undefined : await networkProcessId();
    if (processId === undefined) throw refused;
    return dialInside(processId, request.port, signal);
  }

  /** Pods alone: what else this machine reaches, its own network and its neighbours, is not the control plane's to reach. */
  async dial(request: DialRequest, signal?: AbortSignal): Promise<Duplex> {
    if (!this.#options.isPodAddress(request.host))
      throw new StatusError('ServiceUnavailable', `dial tcp ${request.host}:${request.port}: no pod of this node has that address`);
    return dial({ host: request.host, port: request.port }, signal);
  }

  async #pod(target: PodTarget): Promise<StreamedPod> {
    const pod = await this.#options.pod(target.uid);
    if (pod === undefined) throw notFound({ group: '', resource: 'pods' }, target.pod);
    return pod;
  }

  async #container(target: ContainerTarget): Promise<StreamedContainer> {
    const found = (await this.#pod(target)).container(target.container);
    if (found === undefined) throw badRequest(`container ${target.container} is not valid for pod ${target.pod}`);
    return found;
  }

  async #runningId(target: ContainerTarget): Promise<string> {
    const { running } = await this.#container(target);
    if (running === undefined)
      throw new StatusError('NotFound', `unable to upgrade connection: container not found ("${target.container}")`);
    return running.id;
  }
}

function waitingText(reason: string | undefined): string {
  return reason === 'ErrImagePull' || reason === 'ImagePullBackOff' ? 'trying and failing to pull image' : (reason ?? 'ContainerCreating');
}

function processStreams(process: RunningProcess, status: Promise<CommandStatus>): ProcessStreams {
  return {
    ...(process.stdin === undefined ? {} : { stdin: process.stdin }),
    ...(process.stdout === undefined ? {} : { stdout: process.stdout }),
    ...(process.stderr === undefined ? {} : { stderr: process.stderr }),
    // A terminal that is gone cannot have a size: how the process ended is told by its status.
    resize: (size) => void process.resize(size).catch(() => undefined),
    status,
    destroy: () => process.destroy(),
  };
}
