import { redisAnswers } from '@kajitori/servers';
import { buildBundles } from '../build/bundles.ts';
import { agentsReady, startAgents } from './agents.ts';
import { startArguments } from './arguments.ts';
import type { StartArguments } from './arguments.ts';
import { runningSupervisor, startSupervisor, stopSupervisor } from './daemon.ts';
import { ensureEngine, packagesForEngine } from './docker-engine.ts';
import { ensureFirstCluster } from './first-cluster-access.ts';
import { lookAtPostgres, lookAtRedis } from './given-stores.ts';
import { stayInForeground } from './foreground.ts';
import { instanceOf, logFile, makeDirectories, readSettings } from './instance.ts';
import type { Instance, Settings } from './instance.ts';
import { ensureNodeEngines } from './node-engine.ts';
import { ensureNodeNetwork } from './node-network.ts';
import { redisSpec, serverApps, serverSpec } from './process-specs.ts';
import { showFailure, step, StepFailure } from './progress.ts';
import { isReady, markReady, printReady } from './ready-block.ts';
import { settle } from './settle.ts';
import { lockInstance } from './start-lock.ts';
import type { SupervisorControl } from './supervisor/control.ts';
import { ensurePackages, packagesForNodes, redisPackage } from './system-packages.ts';
import { answersOk, healthUrls, waitForProcess } from './wait-for-process.ts';

/** `npm start`: the whole product on this machine, step by step. */
const serverStartLimitMilliseconds = 30_000;
const redisStartLimitMilliseconds = 10_000;
const logsRemedy = 'read the log; npm run status shows what runs';

/** Answers whether it was this call that started it. */
async function start(instance: Instance, wanted: StartArguments): Promise<boolean> {
  await makeDirectories(instance);
  await using _lock = await lockInstance(instance);
  if ((await runningSupervisor(instance)) && isReady(instance)) {
    sayAlreadyRunning(instance, wanted);
    return false;
  }
  try {
    await bringUp(instance, wanted);
    return true;
  } catch (error) {
    await stopSupervisor(instance);
    throw error;
  }
}

async function bringUp(instance: Instance, wanted: StartArguments): Promise<void> {
  await step('earlier processes', { remedy: 'npm stop' }, async () => {
    const ended = await stopSupervisor(instance);
    return ended.length > 0 ? `ended what a killed supervisor left: ${ended.join(', ')}` : 'none';
  });
  const settings = await settle(instance, wanted);
  await step('system packages', { remedy: 'see the log of apt', log: logFile(instance, 'apt') }, async () => {
    const redis = process.env.REDIS_URL ? [] : [redisPackage];
    const engine = settings.nodes === 1 ? packagesForEngine() : [];
    return ensurePackages(instance, [...redis, ...engine, ...packagesForNodes(settings.nodes)]);
  });
  if (settings.nodes === 1) await step('Docker', { remedy: logsRemedy, log: logFile(instance, 'dockerd') }, () => ensureEngine(instance));
  await step('build', { remedy: 'mend what does not compile; npm run check says more' }, async () =>
    (await buildBundles(instance.root, instance.bundlesDirectory)).join(', '),
  );
  if (settings.nodes > 1) {
    await step('node networks', { remedy: logsRemedy, log: logFile(instance, 'network') }, () => ensureNodeNetwork(instance, settings));
    await step('node engines', { remedy: logsRemedy, log: logFile(instance, 'dockerd-1') }, () => ensureNodeEngines(instance, settings));
  }
  const control = await startSupervisor(instance);
  await startServers(instance, settings, control, wanted);
  await step('cluster local', { remedy: logsRemedy, log: logFile(instance, 'api') }, () => ensureFirstCluster(instance, settings));
  if (settings.nodes > 0) {
    await step('agents', { remedy: logsRemedy, log: logFile(instance, 'agent-1') }, () => startAgents(instance, settings, control));
    await step('nodes Ready', { remedy: logsRemedy, log: logFile(instance, 'agent-1') }, () => agentsReady(instance, settings));
  }
  await markReady(instance);
}

async function startServers(
  instance: Instance,
  settings: Settings,
  control: SupervisorControl,
  { restored }: StartArguments,
): Promise<void> {
  // It reads the product's own sources, which the build has shown to be whole.
  const { migrateDatabase, raiseAfterRestore, startPostgres } = await import('./database.ts');
  const { DATABASE_URL: givenPostgres, REDIS_URL: givenRedis } = process.env;
  if (givenPostgres) await step('Postgres', { remedy: 'mend DATABASE_URL' }, () => lookAtPostgres(givenPostgres));
  else await step('Postgres', { remedy: logsRemedy, log: logFile(instance, 'postgres') }, () => startPostgres(instance, settings, control));
  await step('schema', { remedy: 'the message names the migration' }, () => migrateDatabase(instance, settings));
  if (restored)
    await step('after the restore', { remedy: 'the database must be whole: restore it again' }, () => raiseAfterRestore(settings));
  if (givenRedis) await step('Redis', { remedy: 'mend REDIS_URL' }, () => lookAtRedis(givenRedis));
  else {
    await step('Redis', { remedy: logsRemedy, log: logFile(instance, 'redis') }, async () => {
      await control.start(redisSpec(instance, settings));
      const ready = (): Promise<boolean> => redisAnswers(settings.redisPort);
      await waitForProcess(control, {
        name: 'redis',
        log: logFile(instance, 'redis'),
        timeoutMilliseconds: redisStartLimitMilliseconds,
        ready,
      });
      return `127.0.0.1:${settings.redisPort}`;
    });
  }
  await step('servers', { remedy: logsRemedy, log: logFile(instance, 'api') }, async () => {
    for (const app of serverApps) await control.start(serverSpec(app, instance, settings));
    for (const [name, url] of Object.entries(healthUrls(settings))) {
      const ready = (): Promise<boolean> => answersOk(url);
      await waitForProcess(control, { name, log: logFile(instance, name), timeoutMilliseconds: serverStartLimitMilliseconds, ready });
    }
    return serverApps.join(', ');
  });
}

/** @throws StepFailure when it runs otherwise than wanted. */
function sayAlreadyRunning(instance: Instance, wanted: StartArguments): void {
  const settings = readSettings(instance);
  const others = [
    wanted.port !== undefined && wanted.port !== settings?.port && `port ${settings?.port}`,
    wanted.nodes !== undefined && wanted.nodes !== settings?.nodes && `${settings?.nodes} nodes`,
    wanted.restored && 'what it had before the restore',
    wanted.dataDirectory !== undefined && wanted.dataDirectory !== settings?.dataDirectory && `data in ${settings?.dataDirectory}`,
  ].filter((text) => text !== false);
  console.error('Kajitori is already running.');
  if (others.length > 0) {
    throw new StepFailure(`It runs with ${others.join(' and ')}: npm stop first, then start it as you want it.`);
  }
}

const wanted = startArguments(process.argv.slice(2));
const instance = instanceOf();
try {
  const started = await start(instance, wanted);
  printReady(instance);
  if (started && !wanted.detach) await stayInForeground(instance);
} catch (error) {
  showFailure(error);
}
