import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { engineAnswers, removeContainers } from './docker-api.ts';
import type { Instance, Settings } from './instance.ts';
import { agentDirectory, nodeEngines, removeNodeEngines } from './node-engine.ts';
import { removeNodeNetwork } from './node-network.ts';
import { unmountAll } from './unmount.ts';

/** On every container that an agent makes: which agent, by the id that it drew when it was new. */
const agentLabel = 'io.kajitori.agent';

/** Removes pods, engines and namespaces that were made for this instance's nodes, and the agents' memory of them. */
export async function removeNodes(instance: Instance, settings: Settings): Promise<void> {
  for (const engine of nodeEngines(instance, settings)) {
    const directory = agentDirectory(settings, engine);
    const agentId = await readAgentId(directory);
    if (agentId && (await engineAnswers(engine.socket))) await removeContainers(engine.socket, `${agentLabel}=${agentId}`);
    await unmountAll(directory);
    await rm(directory, { recursive: true, force: true });
  }
  await removeNodeEngines(instance, settings);
  await removeNodeNetwork(instance, settings.nodes);
}

async function readAgentId(directory: string): Promise<string | undefined> {
  try {
    return (JSON.parse(await readFile(join(directory, 'state.json'), 'utf8')) as { agentId: string }).agentId;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
