/**
 * The node agent: the kubelet of the house, on a container engine. This file wires its rooms, which never know each other; all behaviour is theirs.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NetworkSettings, Welcome } from '@kajitori/agent-protocol';
import { networkForm } from '@kajitori/agent-protocol';
import { acceptNodeStreams } from '@kajitori/streams';
import type { Logger } from '@kajitori/telemetry';
import { Checkpoint } from './checkpoint/checkpoint.ts';
import { StatusStore } from './checkpoint/status-store.ts';
import { CredentialStore } from './connection/credential-store.ts';
import { GatewayConnection } from './connection/gateway-connection.ts';
import type { Trust } from './connection/trust.ts';
import { EventRecorder } from './events/event-recorder.ts';
import { type Machine, readMachine } from './node-status/machine.ts';
import { NodeReporter } from './node-status/node-reporter.ts';
import { internalIps, maxPods } from './node-status/node-status.ts';
import { DesiredObjects } from './pods/desired-objects.ts';
import { measuredPods, podWithStatus } from './pods/measured-pods.ts';
import type { PodContext } from './pods/pod-context.ts';
import { parseResolvConf } from './pods/pod-dns.ts';
import { PodWorkers } from './pods/pod-workers.ts';
import { streamedPod } from './pods/streamed-pod.ts';
import { Probes } from './probes/probes.ts';
import { ContainerRuntime } from './runtime/container-runtime.ts';
import { nodeDocument } from './stats/node-documents.ts';
import { UsageSampler } from './stats/usage-sampler.ts';
import { PodStreams } from './streams/pod-streams.ts';
import { Volumes } from './volumes/volumes.ts';

export interface AgentOptions {
  gatewayUrl: URL;
  trust: Trust;
  /** Read only while the node has no credential of its own. */
  joinToken: () => Promise<string | undefined>;
  /** The node has its own credential: the token has done its part. */
  onJoined: () => Promise<void>;
  nodeName: string;
  /** Absent: found out. */
  nodeIps: readonly string[];
  stateDir: string;
  dockerSocket: string;
  /** The engine's network for pods. */
  dockerNetwork: string;
  version: string;
  log: Logger;
}

/** Runs until the signal aborts. Containers stay as they are when it ends. */
export async function runAgent(options: AgentOptions, signal: AbortSignal): Promise<void> {
  const { log, stateDir } = options;
  const checkpoint = await Checkpoint.open(stateDir);
  const machine = await readMachine();
  await using runtime = new ContainerRuntime({
    socketPath: options.dockerSocket,
    agentId: checkpoint.agentId,
    nodeName: options.nodeName,
    network: options.dockerNetwork,
    memoryBytes: machine.memoryBytes,
  });
  const parts = await wire(options, { checkpoint, machine, runtime });
  using _probes = parts.probes;
  using _sampler = parts.sampler;
  await using workers = parts.workers;
  await parts.reporter.measure();
  await parts.desired.load((file, error) =>
    log.error({ file, error }, 'a part of the checkpoint cannot be read: the whole state is asked for again'),
  );
  log.info({ node: options.nodeName, pods: workers.size }, 'the agent runs');
  const follow = runtime.follow({
    onEvent: ({ podUid }) => workers.wake(podUid),
    onConnected: () => {
      workers.wakeAll();
      void parts.reporter.measure();
    },
    onDisconnected: (error) => {
      log.warn({ error }, 'the container engine does not tell its events; it is asked again');
      void parts.reporter.measure();
    },
    signal,
  });
  await Promise.all([follow, parts.connection.run(signal), parts.reporter.run(signal)]);
}

interface Base {
  checkpoint: Checkpoint;
  machine: Machine;
  runtime: ContainerRuntime;
}

interface Parts {
  connection: GatewayConnection;
  workers: PodWorkers;
  desired: DesiredObjects;
  reporter: NodeReporter;
  probes: Probes;
  sampler: UsageSampler;
}

async function wire(options: AgentOptions, { checkpoint, machine, runtime }: Base): Promise<Parts> {
  const { log, nodeName, stateDir } = options;
  const events = new EventRecorder({
    nodeName,
    send: (event) => connection.reportEvent({ ...event, metadata: { ...event.metadata } }),
    now: () => new Date(),
  });
  const volumes = new Volumes({
    stateDir,
    tokens: ({ pod, audiences, expirationSeconds }) => {
      const { namespace, name, uid } = pod.metadata;
      return connection.requestToken({
        namespace,
        serviceAccountName: pod.spec.serviceAccountName ?? 'default',
        pod: { name, uid },
        audiences,
        expirationSeconds,
      });
    },
    onNoMemory: (error) => log.warn({ error }, 'memory cannot be mounted: contents of secrets lie on disk, readable by root alone'),
  });
  const probes = new Probes({
    run: (containerId) => (command, milliseconds) => runtime.run(containerId, command, milliseconds),
    onChange: (uid) => workers.wake(uid),
    onEvent: (uid, event) => {
      const worker = workers.worker(uid);
      if (worker !== undefined) events.recordPod(worker.pod, event);
    },
  });
  const reporter = new NodeReporter({
    nodeName,
    agentVersion: options.version,
    machine,
    nodeIps: options.nodeIps,
    stateDir,
    engineVersion: async () => (await runtime.info()).ServerVersion,
    images: () => runtime.images.list(),
    report: (node) => connection.reportNode(node),
  });
  let lastEpoch = checkpoint.epoch;
  let network: NetworkSettings = checkpoint.network ?? networkForm.parse({});
  const hostDns = parseResolvConf(await readFile('/etc/resolv.conf', 'utf8').catch(() => ''));
  const context: PodContext = {
    runtime,
    volumes,
    probes,
    objects: {
      configMap: (namespace, name) => desired.configMap(namespace, name),
      secret: (namespace, name) => desired.secret(namespace, name),
      services: (namespace) => desired.services(namespace),
    },
    node: {
      name: nodeName,
      ips: internalIps({ machine, nodeIps: options.nodeIps }),
      hostDns,
      get allocatable() {
        return reporter.allocatable;
      },
      requestsOfOthers: (uid) => workers.requestsOfOthers(uid),
      get network() {
        return network;
      },
    },
    recordEvent: (pod, event) => events.recordPod(pod, event),
    reportStatus: ({ metadata: { namespace, name, uid, resourceVersion } }, status) => {
      statuses.save(uid, status);
      connection.reportPod({
        namespace,
        name,
        uid,
        ...(resourceVersion === undefined ? {} : { observedResourceVersion: resourceVersion }),
        status,
      });
    },
    log,
  };
  const statuses = new StatusStore(stateDir, (error) => log.warn({ error }, 'a status could not be kept on disk'));
  const said = await statuses.load();
  const workers = new PodWorkers({
    context,
    previousStatus: (uid) => said.get(uid),
    onGone: (pod) => {
      statuses.forget(pod.uid);
      connection.reportGone(pod);
    },
  });
  const desired = new DesiredObjects(checkpoint, {
    podWanted: (pod) => workers.want(pod),
    podRemoved: ({ metadata: { uid } }) => workers.unwant(uid),
    objectsChanged: (namespaces) => workers.objectsChanged(namespaces),
    diskRefused: (error) => log.error({ error }, 'the disk does not take what is wanted on this node; it is tried until it does'),
    complete: (uids) => {
      for (const uid of said.keys()) if (!uids.has(uid) && workers.worker(uid) === undefined) statuses.forget(uid);
      said.clear();
      void workers
        .sweep(uids)
        .catch((error: unknown) => log.warn({ error }, 'what nobody wants could not be looked for; the next session tries again'));
    },
  });
  const sampler = new UsageSampler({
    pods: () => measuredPods(workers.all()),
    processId: (id) => runtime.processId(id),
    engineUsage: (id) => runtime.usage(id),
  });
  const streams = new PodStreams({
    pod: (uid) => streamedPod(uid, workers, runtime),
    exec: (id, command, wanted) => runtime.exec(id, command, wanted),
    attach: (id, wanted) => runtime.attach(id, wanted),
    logs: (id, request) => runtime.logs(id, request, new Date()),
    isPodAddress: (address) => workers.hasAddress(address),
    document: (path) =>
      nodeDocument(
        {
          nodeName,
          usage: () => sampler.usage(),
          pods: () => [...workers.all()].map(podWithStatus),
          configuration: () => ({ clusterDomain: network.clusterDomain, clusterDNS: network.clusterDns, maxPods }),
        },
        path,
      ),
  });
  const connection = new GatewayConnection({
    gatewayUrl: options.gatewayUrl,
    trust: options.trust,
    credentials: new CredentialStore(stateDir),
    joinToken: options.joinToken,
    onJoined: options.onJoined,
    hello: () => ({
      agentVersion: options.version,
      nodeName,
      bootId: machine.bootId,
      capabilities: [],
      ...(checkpoint.desiredRevision === undefined ? {} : { resume: { epoch: lastEpoch, desiredRevision: checkpoint.desiredRevision } }),
    }),
    lastEpoch: () => lastEpoch,
    onWelcome: async (welcome: Welcome) => {
      network = welcome.network ?? network;
      lastEpoch = welcome.epoch;
      // On a full disk the session is wanted all the more: the control plane fences old ones by itself.
      await checkpoint
        .setSession({ epoch: lastEpoch, network })
        .catch((error: unknown) => log.error({ error }, 'the disk does not take the session'));
      if (welcome.resumed) desired.resumed();
      workers.reportAll();
    },
    onDesired: (message) => desired.receive(message),
    onGoneTold: ({ uid }) => {
      if (!desired.podUids().has(uid)) workers.forgetGone(uid);
    },
    acceptStream: acceptNodeStreams(streams),
    log,
  });
  return { connection, workers, desired, reporter, probes, sampler };
}

/** Where the agent keeps what it must not lose. */
export function defaultStateDir(nodeName: string): string {
  return join('/var/lib/kajitori', nodeName);
}
