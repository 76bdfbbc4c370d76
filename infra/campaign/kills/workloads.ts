import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesAccess, KubernetesCall } from '../../local/kubernetes-access.ts';
import type { Random } from '../random.ts';

/** The Deployments and the CronJob that live through the kills, and what they are to be at the end. */
export const namespace = `kills-${process.pid}`;
const deploymentNames = ['red', 'green', 'blue'] as const;
const images = ['kajitori-examples/web:1.0', 'kajitori-examples/web:1.1'] as const;
const replicas = { min: 1, max: 4 };
const pauseMilliseconds = { min: 500, max: 3_000 };
const retryMilliseconds = 200;

export interface WantedDeployment {
  replicas: number;
  image: string;
  generationMark: number;
}

export type Wanted = Map<string, WantedDeployment>;

export async function createWorkloads(access: KubernetesAccess, signal: AbortSignal): Promise<Wanted> {
  await insist(
    access,
    { method: 'POST', path: '/api/v1/namespaces', body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } },
    signal,
  );
  const wanted: Wanted = new Map(deploymentNames.map((name) => [name, { replicas: 2, image: images[0], generationMark: 0 }]));
  for (const [name, each] of wanted) {
    await insist(access, { method: 'POST', path: deploymentsPath, body: deployment(name, each) }, signal);
  }
  await insist(access, { method: 'POST', path: `/apis/batch/v1/namespaces/${namespace}/cronjobs`, body: cronJob() }, signal);
  return wanted;
}

/** Scales and rolls the Deployments at random until the signal; `wanted` follows what was acknowledged. */
export async function churn(
  access: KubernetesAccess,
  wanted: Wanted,
  { random, signal }: { random: Random; signal: AbortSignal },
): Promise<number> {
  let changes = 0;
  while (!signal.aborted) {
    const name = random.pick(deploymentNames);
    const before = wanted.get(name);
    if (!before) throw new Error(`no Deployment ${name}`);
    const after = random.pick([
      { ...before, replicas: random.integer(replicas.min, replicas.max) },
      { ...before, image: random.pick(images) },
      { ...before, generationMark: before.generationMark + 1 },
    ]);
    wanted.set(name, after);
    // The end state is set whatever happens to this call: it is repeated until it is acknowledged.
    await insist(
      access,
      { method: 'PATCH', path: `${deploymentsPath}/${name}`, body: { spec: specOf(name, after) }, contentType: mergePatch },
      undefined,
    );
    changes += 1;
    await sleep(random.integer(pauseMilliseconds.min, pauseMilliseconds.max), undefined, { signal }).catch(() => undefined);
  }
  return changes;
}

const mergePatch = 'application/merge-patch+json';
const deploymentsPath = `/apis/apps/v1/namespaces/${namespace}/deployments`;

/** Repeats a call until it is acknowledged. An object that is there already came from a call whose answer was lost. */
async function insist(access: KubernetesAccess, call: KubernetesCall, signal: AbortSignal | undefined): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    const answer = await access.call(call).catch(() => undefined);
    if (answer && answer.status >= 200 && answer.status < 300) return;
    if (answer?.status === 409 && call.method === 'POST') return;
    if (answer && answer.status >= 400 && answer.status < 500 && answer.status !== 409 && answer.status !== 429) {
      throw new Error(`${call.method} ${call.path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    }
    await sleep(retryMilliseconds);
  }
}

function deployment(name: string, wanted: WantedDeployment): unknown {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { ...specOf(name, wanted), selector: { matchLabels: { app: name } } },
  };
}

function specOf(name: string, { replicas: count, image, generationMark }: WantedDeployment): Record<string, unknown> {
  return {
    replicas: count,
    template: {
      metadata: { labels: { app: name, campaign: 'kills' }, annotations: { mark: String(generationMark) } },
      spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'web', image, imagePullPolicy: 'IfNotPresent' }] },
    },
  };
}

function cronJob(): unknown {
  const container = { name: 'tick', image: images[0], imagePullPolicy: 'IfNotPresent', command: ['true'] };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick' },
    spec: {
      schedule: '* * * * *',
      timeZone: 'Asia/Tokyo',
      successfulJobsHistoryLimit: 1_000,
      failedJobsHistoryLimit: 1_000,
      jobTemplate: { spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [container] } } } },
    },
  };
}
