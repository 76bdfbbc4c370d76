import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestInstance, waitFor } from '@kajitori/testing';
import { dockerSocket } from '../../local/docker-engine.ts';
import { instanceOf, readSettings } from '../../local/instance.ts';
import type { Instance } from '../../local/instance.ts';
import { KubernetesAccess } from '../../local/kubernetes-access.ts';
import { SupervisorControl } from '../../local/supervisor/control.ts';
import { Verdict } from '../campaign.ts';
import type { Campaign, CampaignContext, CampaignResult } from '../campaign.ts';
import { ContainerStarts } from '../kills/container-starts.ts';
import { differences } from '../kills/convergence.ts';
import { kill } from '../kills/killer.ts';
import { occurrenceProblems } from '../kills/occurrences.ts';
import { WriteLedger } from '../kills/write-ledger.ts';
import { readLedger, write } from '../kills/writer.ts';
import { churn, createWorkloads, namespace } from '../kills/workloads.ts';

const writers = 4;
const convergenceLimitMilliseconds = 30_000;
/** After it has converged nothing may start again: so long is watched. */
const calmMilliseconds = 3_000;
/** An occurrence close to the end is still on its way. */
const occurrenceMarginMilliseconds = 20_000;

export const kills: Campaign = {
  name: 'kills',
  description:
    'random kill -9 of every process while Deployments scale and roll: nothing acknowledged is lost, everything converges within 30 s',
  whole: { count: 200 },
  slice: { count: 20 },
  run,
};

async function run({ count = 200, seed, random, signal, log }: CampaignContext): Promise<CampaignResult> {
  await using test = await startTestInstance();
  const instance = instanceOf(process.cwd(), test.stateDirectory);
  const redisPort = readSettings(instance)?.redisPort ?? 0;
  const socket = dockerSocket();
  using access = new KubernetesAccess(instance);
  using starts = new ContainerStarts(socket, namespace);
  log(`instance in ${test.stateDirectory}`);
  const wanted = await createWorkloads(access, signal);
  const from = new Date();
  const ledger = new WriteLedger();
  const stop = new AbortController();
  const clients = Array.from({ length: writers }, (_, writer) => write(access, ledger, { writer, namespace, signal: stop.signal }));
  const churning = churn(access, wanted, { random: random.fork(), signal: stop.signal });
  const killed = await kill({ control: new SupervisorControl(instance), random: random.fork(), count, redisPort, signal, log });
  stop.abort();
  const lastKill = performance.now();
  const [changes] = await Promise.all([churning, ...clients]);
  const verdict = new Verdict();
  const seconds = await convergence(access, socket, wanted, { since: lastKill, verdict, log });
  const to = new Date(Date.now() - occurrenceMarginMilliseconds);
  await sleep(calmMilliseconds);
  verdict.holds('it stays converged', (await differences(access, socket, wanted)).length === 0);
  const lost = ledger.compare(await readLedger(access, namespace));
  verdict.holds('no acknowledged write is lost, none appears that was never sent', lost.length === 0, () => lost.join('; '));
  const repeated = starts.repeated();
  verdict.holds('no container was started twice', repeated.length === 0, () => repeated.join('; '));
  const wrong = await occurrenceProblems(access, starts, { from, to });
  verdict.holds('every occurrence of the CronJob ran once', wrong.length === 0, () => wrong.join('; '));
  if (verdict.failed) await keepLogs(instance, seed, log);
  return verdict.result({
    ...killed,
    changes,
    acknowledgedWrites: ledger.acknowledgements,
    containerStarts: starts.starts.length,
    secondsToConverge: seconds,
  });
}

/** The instance goes away with its logs; they tell why something did not hold. */
async function keepLogs(instance: Instance, seed: number, log: (text: string) => void): Promise<void> {
  const kept = join(instanceOf().logsDirectory, `kills-${seed}`);
  await cp(instance.logsDirectory, kept, { recursive: true });
  log(`the logs of the instance are in ${kept}`);
}

/** Waits for the wanted state, at most so long after the last kill; answers the seconds it took. */
async function convergence(
  access: KubernetesAccess,
  socket: string,
  wanted: Parameters<typeof differences>[2],
  { since, verdict, log }: { since: number; verdict: Verdict; log: (text: string) => void },
): Promise<number> {
  let last: string[] = ['nothing was seen'];
  const converged = async (): Promise<boolean> => {
    last = await differences(access, socket, wanted);
    return last.length === 0;
  };
  const left = Math.max(0, convergenceLimitMilliseconds - (performance.now() - since));
  const reached = await waitFor(converged, { what: 'convergence', timeoutMilliseconds: left, intervalMilliseconds: 200 }).catch(
    () => false,
  );
  const seconds = Math.round((performance.now() - since) / 100) / 10;
  verdict.holds(`exactly the wanted pods run within 30 s of the last kill`, reached, () => last.join('; '));
  log(reached ? `converged ${seconds} s after the last kill` : `not converged: ${last.join('; ')}`);
  return seconds;
}
