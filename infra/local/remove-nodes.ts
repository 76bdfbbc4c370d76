import { rm } from 'node:fs/promises';
import { engineAnswers, removeContainers } from './docker-api.ts';
import type { Instance, Settings } from './instance.ts';
import { agentDirectory, nodeEngines, removeNodeEngines } from './node-engine.ts';
import { removeNodeNetwork } from './node-network.ts';

/** On every container that an agent makes. */
const nodeLabel = 'kajitori.dev/node';

/** Removes pods, engines and namespaces that were made for this instance's nodes, and the agents' memory of them. */
export async function removeNodes(instance: Instance, settings: Settings): Promise<void> {
  for (const engine of nodeEngines(instance, settings)) {
    const shared = engine.network === undefined;
    if (shared && (await engineAnswers(engine.socket))) await removeContainers(engine.socket, `${nodeLabel}=${engine.nodeName}`);
    await rm(agentDirectory(settings, engine), { recursive: true, force: true });
  }
  await removeNodeEngines(instance, settings);
  await removeNodeNetwork(instance, settings.nodes);
}
