import { dockerCall } from '../../local/docker-api.ts';
import type { KubernetesAccess } from '../../local/kubernetes-access.ts';
import { labels } from './container-starts.ts';
import { namespace } from './workloads.ts';
import type { Wanted } from './workloads.ts';

/** What is not yet as it is wanted, in words; nothing once the cluster has converged. */
export async function differences(access: KubernetesAccess, socket: string, wanted: Wanted): Promise<string[]> {
  const { items: deployments } = (await access.get(`/apis/apps/v1/namespaces/${namespace}/deployments`)) as { items: Deployment[] };
  const { items: pods } = (await access.get(`/api/v1/namespaces/${namespace}/pods?labelSelector=campaign%3Dkills`)) as { items: Pod[] };
  const running = await runningPodUids(socket);
  return [
    ...deployments.flatMap((each) => deploymentDifferences(each, wanted)),
    ...pods.flatMap((pod) => podDifferences(pod, wanted, running)),
    ...[...running]
      .filter((uid) => !pods.some(({ metadata }) => metadata.uid === uid))
      .map((uid) => `a container of pod ${uid} runs, which is gone`),
    ...[...wanted.keys()]
      .filter((name) => !deployments.some(({ metadata }) => metadata.name === name))
      .map((name) => `Deployment ${name} is gone`),
  ];
}

interface Deployment {
  metadata: { name: string; generation: number };
  spec: { replicas: number };
  status?: { observedGeneration?: number; replicas?: number; updatedReplicas?: number; readyReplicas?: number };
}

interface Pod {
  metadata: { name: string; uid: string; labels: Record<string, string>; deletionTimestamp?: string };
  spec: { containers: { image: string }[] };
  status?: { phase?: string };
}

function deploymentDifferences({ metadata, spec, status = {} }: Deployment, wanted: Wanted): string[] {
  const expected = wanted.get(metadata.name);
  if (!expected) return [`Deployment ${metadata.name} is not wanted`];
  const count = expected.replicas;
  const figures = [spec.replicas, status.replicas, status.updatedReplicas, status.readyReplicas];
  if (figures.every((figure) => figure === count) && status.observedGeneration === metadata.generation) return [];
  return [
    `Deployment ${metadata.name} wants ${count}: ${JSON.stringify({ spec: spec.replicas, generation: metadata.generation, ...status })}`,
  ];
}

function podDifferences({ metadata, spec, status }: Pod, wanted: Wanted, running: ReadonlySet<string>): string[] {
  const expected = wanted.get(metadata.labels.app ?? '');
  if (metadata.deletionTimestamp) return [`pod ${metadata.name} is still being deleted`];
  if (spec.containers[0]?.image !== expected?.image) return [`pod ${metadata.name} has image ${spec.containers[0]?.image}`];
  if (status?.phase !== 'Running') return [`pod ${metadata.name} is ${status?.phase}`];
  return running.has(metadata.uid) ? [] : [`pod ${metadata.name} says Running, but has no container that runs`];
}

/** Pods of the Deployments of which a container of the spec runs, by the engine's account. */
async function runningPodUids(socket: string): Promise<Set<string>> {
  const filters = JSON.stringify({
    status: ['running'],
    label: [`${labels.namespace}=${namespace}`, `${labels.container}=web`],
  });
  const { text } = await dockerCall(socket, { path: `/containers/json?filters=${encodeURIComponent(filters)}` });
  return new Set((JSON.parse(text) as { Labels: Record<string, string> }[]).map(({ Labels }) => Labels[labels.uid] ?? ''));
}
