import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@kajitori/servers';
import { logFile, writeSecret } from './instance.ts';
import type { Instance, Settings } from './instance.ts';
import { KubernetesAccess } from './kubernetes-access.ts';
import { agentDirectory, nodeEngines } from './node-engine.ts';
import type { NodeEngine } from './node-engine.ts';
import { insideNamespace } from './node-network.ts';
import { bundleSpec, endpointsOf } from './process-specs.ts';
import { StepError } from './progress.ts';
import type { SupervisorControl } from './supervisor/control.ts';
import type { ProcessSpec } from './supervisor/supervised-process.ts';

/** The agents of this machine: one a node, each joined to the first cluster by a token of its own. */
const readyLimitMilliseconds = 60_000;

export async function startAgents(instance: Instance, settings: Settings, control: SupervisorControl): Promise<string> {
  const engines = nodeEngines(instance, settings);
  const newcomers = engines.filter((engine) => !hasJoined(settings, engine));
  for (const engine of engines) await mkdir(agentDirectory(settings, engine), { recursive: true, mode: 0o700 });
  if (newcomers.length > 0) {
    // Only a first start needs the accounts, with all that they stand on.
    const { makeJoinTokens } = await import('./first-cluster.ts');
    const tokens = await makeJoinTokens(
      instance,
      settings,
      newcomers.map(({ nodeName }) => nodeName),
    );
    await Promise.all(newcomers.map((engine, index) => writeSecret(tokenFile(settings, engine), tokens[index] ?? '')));
  }
  for (const engine of engines) await control.start(agentSpec(instance, settings, engine));
  return engines.map(({ nodeName }) => nodeName).join(', ');
}

/** Waits until every node says Ready. */
export async function agentsReady(instance: Instance, settings: Settings): Promise<string> {
  const wanted = nodeEngines(instance, settings).map(({ nodeName }) => nodeName);
  using access = new KubernetesAccess(instance);
  const ready = async (): Promise<string[] | undefined> => {
    const names = await readyNodes(access);
    return wanted.every((name) => names.includes(name)) ? names : undefined;
  };
  try {
    await waitFor(ready, { what: 'all nodes are Ready', timeoutMilliseconds: readyLimitMilliseconds, intervalMilliseconds: 100 });
  } catch (cause) {
    const missing = wanted.filter((name) => !existsSync(logFile(instance, agentName(name))));
    throw new StepError(missing.length > 0 ? `${missing.join(', ')} did not start` : 'a node does not become Ready', { cause });
  }
  return wanted.join(', ');
}

function agentSpec(instance: Instance, settings: Settings, engine: NodeEngine): ProcessSpec {
  const directory = agentDirectory(settings, engine);
  const spec = bundleSpec(agentName(engine.nodeName), 'agent', instance, {
    GATEWAY_URL: endpointsOf(settings).gatewayUrl,
    NODE_NAME: engine.nodeName,
    STATE_DIR: directory,
    DOCKER_SOCKET: engine.socket,
    JOIN_TOKEN_FILE: tokenFile(settings, engine),
    CA_FILE: instance.caFile,
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'info',
  });
  if (!engine.network) return spec;
  const [command, ...args] = insideNamespace(engine.network) as [string, ...string[]];
  return { ...spec, command, args: [...args, spec.command, ...spec.args] };
}

async function readyNodes(access: KubernetesAccess): Promise<string[]> {
  const { items } = (await access.get('/api/v1/nodes')) as { items: NodeWithConditions[] };
  return items.filter(isReady).map(({ metadata }) => metadata.name);
}

interface NodeWithConditions {
  metadata: { name: string };
  status?: { conditions?: { type: string; status: string }[] };
}

function isReady({ status }: NodeWithConditions): boolean {
  return status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;
}

function agentName(nodeName: string): string {
  return nodeName.replace(/^node/, 'agent');
}

function tokenFile(settings: Settings, engine: NodeEngine): string {
  return join(agentDirectory(settings, engine), 'join-token');
}

function hasJoined(settings: Settings, engine: NodeEngine): boolean {
  return existsSync(join(agentDirectory(settings, engine), 'credential'));
}
