/**
 * A node without Docker: it joins, heartbeats and reports as an agent does, and its pods run, end and stop as they are told, after delays that the
 * caller chooses. It speaks the real protocol to a real gateway, so the control plane cannot tell.
 */
import {
  type AgentMessage,
  closeCodes,
  type DesiredObject,
  type GatewayMessage,
  objectKeyOf,
  objectKeyText,
} from '@kajitori/agent-protocol';
import { formatTime, newSecretToken, secretTokenHash } from '@kajitori/apimachinery';
import { AgentConnection, RefusedByGatewayError } from './agent-connection.ts';
import { type HollowPhase, type HollowPod, hollowPodStatus, type PodTimes } from './hollow-pod.ts';
import { HollowStreams } from './hollow-streams.ts';
import { ReportOutbox } from './report-outbox.ts';

export interface HollowNodeOptions {
  name: string;
  /** `wss://HOST:PORT`; a function is asked anew for each connection, as a load balancer would be. */
  gatewayUrl: string | (() => string);
  caCertificates?: string;
  /** To join with; or a credential of a node that has joined before. */
  joinToken?: string;
  credential?: string;
  /** From a pod's arrival to its running; 0 by default. */
  startDelayMilliseconds?: number;
  /** From a pod's deletion to its end, at most its grace period; 0 by default. */
  stopDelayMilliseconds?: number;
  /** How long a pod runs, and how it ends; undefined: until it is deleted. Pods that never restart end at once by default when this is not given. */
  endOf?: (pod: HollowPod) => { afterMilliseconds: number; phase: 'Succeeded' | 'Failed' } | undefined;
  capacity?: { cpu: string; memory: string; pods: string };
  labels?: Record<string, string>;
  /** Address of the machine, and the first three numbers of its pods' addresses. */
  hostIp?: string;
  podIpPrefix?: string;
  /** Told of every message, for tests. */
  onMessage?: (message: GatewayMessage) => void;
  /** Told when something of a pod changed on this node, for benches. */
  onPod?: (pod: HollowPod, phase: HollowPhase | 'Gone') => void;
}

interface LocalPod {
  pod: HollowPod;
  phase: HollowPhase;
  times: PodTimes;
  podIp: string;
  timers: NodeJS.Timeout[];
  stopping: boolean;
}

const reconnectMillisecondsFirst = 100;
const reconnectMillisecondsMax = 5_000;

export class HollowNode implements AsyncDisposable {
  readonly name: string;
  readonly credential: string;
  readonly #options: HollowNodeOptions;
  readonly #objects = new Map<string, DesiredObject>();
  readonly #syncing = new Map<string, DesiredObject>();
  readonly #pods = new Map<string, LocalPod>();
  readonly #outbox = new ReportOutbox((message) => this.#send(message));
  readonly #stopped = new AbortController();
  #connection: AgentConnection | undefined;
  #joined: boolean;
  #heartbeat = 0;
  #acknowledged = 0;
  #revision = 0;
  #addresses = 0;
  #heartbeats: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: HollowNodeOptions) {
    this.#options = options;
    this.name = options.name;
    this.credential = options.credential ?? newSecretToken('nodeCredential');
    this.#joined = options.credential !== undefined;
  }

  /** The sequence of the last heartbeat that the gateway acknowledged. */
  get acknowledgedHeartbeat(): number {
    return this.#acknowledged;
  }

  get epoch(): number | undefined {
    return this.#connection?.welcome.epoch;
  }

  /** What the gateway has sent, by `kind/namespace/name`. */
  get objects(): ReadonlyMap<string, DesiredObject> {
    return this.#objects;
  }

  get connection(): AgentConnection | undefined {
    return this.#connection;
  }

  /** Connects, and from then on stays connected until it is disposed. @throws RefusedByGatewayError when it is not let in. */
  async start(): Promise<void> {
    const connection = await this.#connect();
    this.#running = this.#stayConnected(connection);
  }

  /** Opens another connection beside the present one, which it leaves once welcomed. */
  async reconnect(): Promise<void> {
    const before = this.#connection;
    await this.#connect();
    before?.close();
  }

  /** Announces a new credential; the gateway answers `credentialRotated`. */
  rotate(credential: string): void {
    this.#send({ type: 'rotateCredential', credentialHash: secretTokenHash(credential) });
  }

  /** Says something that a hollow node does not say by itself. */
  say(message: AgentMessage): void {
    this.#send(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    clearInterval(this.#heartbeats);
    for (const { timers } of this.#pods.values()) for (const timer of timers) clearTimeout(timer);
    this.#connection?.close();
    await this.#running;
  }

  async #connect(): Promise<AgentConnection> {
    const { gatewayUrl, caCertificates, joinToken } = this.#options;
    const hello = { agentVersion: 'sim', nodeName: this.name, bootId: `sim-${this.name}`, capabilities: [] };
    const open = (secret: string, credentialHash?: string): Promise<AgentConnection> =>
      AgentConnection.open({
        gatewayUrl: typeof gatewayUrl === 'string' ? gatewayUrl : gatewayUrl(),
        caCertificates,
        secret,
        hello: { ...hello, ...(credentialHash === undefined ? {} : { credentialHash }) },
        streams: new HollowStreams(this.name),
        onMessage: (message) => this.#receive(message),
      });
    const connection = this.#joined ? await open(this.credential) : await open(joinToken ?? '', secretTokenHash(this.credential));
    this.#joined = true;
    this.#connection = connection;
    this.#begin(connection);
    return connection;
  }

  async #stayConnected(connection: AgentConnection): Promise<void> {
    for (let current = connection; ;) {
      const { code } = await current.closed;
      if (this.#connection !== current && this.#connection !== undefined) {
        current = this.#connection;
        continue;
      }
      this.#connection = undefined;
      const again = code === closeCodes.revoked || code === closeCodes.removed ? undefined : await this.#connectAgain();
      if (again === undefined) return;
      current = again;
    }
  }

  async #connectAgain(): Promise<AgentConnection | undefined> {
    for (let pause = reconnectMillisecondsFirst; !this.#stopped.signal.aborted; pause = Math.min(pause * 2, reconnectMillisecondsMax)) {
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
      if (this.#stopped.signal.aborted) break;
      try {
        return await this.#connect();
      } catch (error) {
        if (error instanceof RefusedByGatewayError && error.reason === 401) return undefined;
      }
    }
    return undefined;
  }

  #begin(connection: AgentConnection): void {
    this.#outbox.begin();
    this.#reportNode();
    for (const local of this.#pods.values()) this.#tell(local);
    clearInterval(this.#heartbeats);
    const beat = (): boolean => this.#send({ type: 'heartbeat', sequence: (this.#heartbeat += 1) });
    beat();
    this.#heartbeats = setInterval(beat, connection.welcome.heartbeatIntervalSeconds * 1000);
    this.#heartbeats.unref();
  }

  #reportNode(): void {
    const capacity = this.#options.capacity ?? { cpu: '8', memory: '32Gi', pods: '110' };
    const now = formatTime(new Date());
    const condition = (type: string, status: string, reason: string): object => ({
      type,
      status,
      reason,
      message: '',
      lastTransitionTime: now,
      lastHeartbeatTime: now,
    });
    this.#send({
      type: 'node',
      labels: { 'kubernetes.io/hostname': this.name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', ...this.#options.labels },
      annotations: {},
      status: {
        capacity,
        allocatable: capacity,
        addresses: [
          { type: 'InternalIP', address: this.#hostIp() },
          { type: 'Hostname', address: this.name },
        ],
        conditions: [
          condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory'),
          condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure'),
          condition('PIDPressure', 'False', 'KubeletHasSufficientPID'),
          condition('Ready', 'True', 'KubeletReady'),
        ],
        nodeInfo: {
          machineID: this.name,
          systemUUID: this.name,
          bootID: this.name,
          kernelVersion: 'sim',
          osImage: 'sim',
          containerRuntimeVersion: 'sim://1',
          kubeletVersion: 'v1.36.0',
          kubeProxyVersion: '',
          operatingSystem: 'linux',
          architecture: 'amd64',
        },
      },
    });
  }

  #receive(message: GatewayMessage): void {
    this.#options.onMessage?.(message);
    switch (message.type) {
      case 'desiredSync':
        if (message.part === 0) this.#syncing.clear();
        for (const object of message.objects) this.#syncing.set(objectKeyText(objectKeyOf(object)), object);
        if (message.last) this.#replaceAll(message.revision);
        return;
      case 'desiredDelta':
        if (message.revision <= this.#revision) return;
        for (const object of message.puts) this.#put(object);
        for (const key of message.removes) this.#remove(objectKeyText(key));
        return this.#applied(message.revision);
      case 'heartbeatAck':
        this.#acknowledged = Math.max(this.#acknowledged, message.sequence);
        return;
      case 'batchResult':
        return this.#outbox.answered(message);
      case 'reconnect':
        // A gateway that ends refuses new sessions until another takes its place; the closing of this one starts the search.
        void this.reconnect().catch(() => undefined);
        return;
      default:
        return;
    }
  }

  #replaceAll(revision: number): void {
    for (const key of this.#objects.keys()) if (!this.#syncing.has(key)) this.#remove(key);
    for (const object of this.#syncing.values()) this.#put(object);
    this.#syncing.clear();
    this.#applied(revision);
  }

  #applied(revision: number): void {
    this.#revision = revision;
    this.#send({ type: 'desiredApplied', revision });
  }

  #put(object: DesiredObject): void {
    const key = objectKeyText(objectKeyOf(object));
    this.#objects.set(key, object);
    if (object.kind !== 'Pod') return;
    const local = this.#pods.get(key);
    if (local !== undefined && local.pod.metadata.uid !== object.metadata.uid) this.#forget(key, local);
    const known = this.#pods.get(key);
    const pod = object as HollowPod;
    if (known !== undefined) known.pod = pod;
    else this.#admit(key, pod);
    if (object.metadata.deletionTimestamp !== undefined) this.#stop(key);
  }

  #remove(key: string): void {
    this.#objects.delete(key);
    this.#stop(key);
  }

  #admit(key: string, pod: HollowPod): void {
    this.#addresses += 1;
    const podIp = `${this.#options.podIpPrefix ?? '10.200.0'}.${this.#addresses & 0xff}`;
    const local: LocalPod = { pod, phase: 'Pending', times: { startTime: new Date() }, podIp, timers: [], stopping: false };
    this.#pods.set(key, local);
    if (pod.metadata.deletionTimestamp !== undefined) return;
    const status = (pod as { status?: { phase?: string } }).status?.phase;
    if (status === 'Succeeded' || status === 'Failed') local.phase = status;
    else this.#after(local, this.#options.startDelayMilliseconds ?? 0, () => this.#run(local));
  }

  #run(local: LocalPod): void {
    local.phase = 'Running';
    local.times.runningSince = new Date();
    this.#tell(local);
    const end = this.#options.endOf?.(local.pod);
    if (end === undefined) return;
    this.#after(local, end.afterMilliseconds, () => {
      local.phase = end.phase;
      local.times.finishedAt = new Date();
      this.#tell(local);
    });
  }

  #stop(key: string): void {
    const local = this.#pods.get(key);
    if (local === undefined || local.stopping) return;
    local.stopping = true;
    const graceMilliseconds = (local.pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000;
    for (const timer of local.timers.splice(0)) clearTimeout(timer);
    this.#after(local, Math.min(this.#options.stopDelayMilliseconds ?? 0, graceMilliseconds), () => this.#forget(key, local));
  }

  #forget(key: string, local: LocalPod): void {
    for (const timer of local.timers.splice(0)) clearTimeout(timer);
    if (this.#pods.get(key) === local) this.#pods.delete(key);
    const { namespace = '', name, uid } = local.pod.metadata;
    this.#options.onPod?.(local.pod, 'Gone');
    this.#outbox.gone({ namespace, name, uid });
  }

  #after(local: LocalPod, milliseconds: number, then: () => void): void {
    if (milliseconds <= 0) return then();
    local.timers.push(setTimeout(then, milliseconds));
  }

  #tell(local: LocalPod): void {
    const { namespace = '', name, uid, resourceVersion } = local.pod.metadata;
    const status = hollowPodStatus(local.pod, local.phase, local.times, { hostIp: this.#hostIp(), podIp: local.podIp });
    this.#options.onPod?.(local.pod, local.phase);
    this.#outbox.status({ namespace, name, uid, observedResourceVersion: resourceVersion, status });
  }

  #hostIp(): string {
    return this.#options.hostIp ?? '192.0.2.1';
  }

  /** False while there is no connection. */
  #send(message: AgentMessage): boolean {
    this.#connection?.send(message);
    return this.#connection !== undefined;
  }
}
