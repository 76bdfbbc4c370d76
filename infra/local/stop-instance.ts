import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runningSupervisor, stopSupervisor } from './daemon.ts';
import { engineFile } from './docker-engine.ts';
import type { Instance } from './instance.ts';
import { readSettings } from './instance.ts';
import { endProcess, readIdentity } from './process-identity.ts';
import { note, step } from './progress.ts';
import { markStopped } from './ready-block.ts';
import { removeNodes } from './remove-nodes.ts';
import { lockInstance } from './start-lock.ts';

const engineStopLimitMilliseconds = 30_000;

/** Ends the server processes and agents. With `all`, also the pods, engines and namespaces that were made. */
export async function stopInstance(instance: Instance, { all }: { all: boolean }): Promise<void> {
  if (!existsSync(instance.runDirectory)) return note('nothing was ever started here');
  await using _lock = await lockInstance(instance);
  await markStopped(instance);
  const running = await runningSupervisor(instance);
  const remedy = `ps and the pid files in ${instance.runDirectory} show what is left`;
  await step('server processes, agents', { remedy }, async () => {
    const orphans = await stopSupervisor(instance);
    if (running) return 'stopped';
    return orphans.length > 0 ? `ended ${orphans.join(', ')}` : 'were not running';
  });
  const settings = readSettings(instance);
  if (!all || !settings) return note('pods keep running; npm stop -- --all removes them too');
  await step('pods, engines', { remedy }, async () => {
    await removeNodes(instance, settings);
    const engine = await readIdentity(engineFile(instance));
    if (engine) await endProcess(engine, 'SIGTERM', engineStopLimitMilliseconds);
    return `removed; data and keys stay in ${join(instance.directory)}`;
  });
}
