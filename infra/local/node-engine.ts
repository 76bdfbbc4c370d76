import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { engineAnswers, removeContainers } from './docker-api.ts';
import { dockerSocket } from './docker-engine.ts';
import { startEngineProcess } from './engine-process.ts';
import { logFile } from './instance.ts';
import type { Instance, Settings } from './instance.ts';
import { insideNamespace, nodeNetworks, tagOf } from './node-network.ts';
import type { NodeNetwork } from './node-network.ts';
import { endProcess, readIdentity } from './process-identity.ts';
import { runLogged } from './run-logged.ts';
import { unmountAll } from './unmount.ts';

/** The Docker Engines of an instance: the machine's own for one node, one in each namespace for several. */
export interface NodeEngine {
  nodeName: string;
  socket: string;
  /** Absent on the machine's own engine. */
  network: NodeNetwork | undefined;
}

const stopLimitMilliseconds = 30_000;

export function nodeEngines(instance: Instance, { nodes }: Pick<Settings, 'nodes'>): NodeEngine[] {
  if (nodes === 0) return [];
  if (nodes === 1) return [{ nodeName: 'node-1', socket: dockerSocket(), network: undefined }];
  return nodeNetworks(instance, nodes).map((network) => ({
    nodeName: `node-${network.number}`,
    socket: join(runDirectory(instance, network), 'docker.sock'),
    network,
  }));
}

/** Where a node's agent keeps what it must not forget. */
export function agentDirectory({ dataDirectory }: Settings, { nodeName }: NodeEngine): string {
  return join(dataDirectory, 'agents', nodeName);
}

/** Starts the engines in the namespaces that do not run yet, all at once. */
export async function ensureNodeEngines(instance: Instance, settings: Settings): Promise<string> {
  const engines = nodeEngines(instance, settings).filter(({ network }) => network);
  await Promise.all(engines.map((engine) => ensureNodeEngine(instance, settings, engine)));
  return `${engines.length} engines`;
}

/** Removes the pods of the engines in namespaces, and the engines. */
export async function removeNodeEngines(instance: Instance, settings: Settings): Promise<void> {
  for (const node of nodeEngines(instance, settings)) {
    const { network, socket } = node;
    if (!network) continue;
    // Pods outlive an engine that was killed: only an engine can remove them.
    if (existsSync(dataRoot(settings, network)) && existsSync(`/run/netns/${network.namespace}`))
      await ensureNodeEngine(instance, settings, node);
    if (await engineAnswers(socket)) await removeContainers(socket);
    const engine = await readIdentity(pidFile(instance, network));
    if (engine) await endProcess(engine, 'SIGTERM', stopLimitMilliseconds);
    await rm(pidFile(instance, network), { force: true });
    await unmountAll(runDirectory(instance, network));
    await unmountAll(dataRoot(settings, network));
    await rm(runDirectory(instance, network), { recursive: true, force: true });
    await rm(dataRoot(settings, network), { recursive: true, force: true });
  }
}

async function ensureNodeEngine(instance: Instance, settings: Settings, { network, socket }: NodeEngine): Promise<void> {
  if (!network || (await engineAnswers(socket))) return;
  const run = runDirectory(instance, network);
  await mkdir(run, { recursive: true, mode: 0o700 });
  await mkdir(dataRoot(settings, network), { recursive: true });
  const log = logFile(instance, `dockerd-${network.number}`);
  const places = ['--data-root', dataRoot(settings, network), '--exec-root', join(run, 'exec'), '--pidfile', join(run, 'dockerd.pid')];
  await startEngineProcess({
    socket,
    log,
    identityFile: pidFile(instance, network),
    pidFiles: [join(run, 'dockerd.pid'), join(run, 'exec/containerd/containerd.pid')],
    args: [...places, '-H', `unix://${socket}`, '--bip', network.podGateway],
    prefix: insideNamespace(network),
  });
  await runLogged('nsenter', [...insideNamespace(network).slice(1), 'iptables', '-P', 'FORWARD', 'ACCEPT'], { log });
}

/** Short, because a socket's path must be. */
function runDirectory(instance: Instance, { number }: NodeNetwork): string {
  const base = existsSync('/run') ? '/run' : '/tmp';
  return join(base, `kajitori-${tagOf(instance)}-${number}`);
}

function dataRoot(settings: Settings, { number }: NodeNetwork): string {
  return join(settings.dataDirectory, 'engines', String(number));
}

function pidFile(instance: Instance, { number }: NodeNetwork): string {
  return join(instance.runDirectory, `dockerd-${number}.pid.json`);
}
