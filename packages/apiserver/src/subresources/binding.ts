import { badRequest, conflict, formatTime, type KubeObject } from '@kajitori/apimachinery';
import { groupResourceOf } from '../call.ts';
import type { Kind } from '@kajitori/kinds';

interface BoundPod extends KubeObject {
  spec: { nodeName?: string; schedulingGates?: unknown[] };
  status?: { conditions?: { type: string; status: string }[] };
}

/** The pod after `pods/NAME/binding`: on its node, scheduled, with the Binding's annotations and labels. */
export function boundPod(kind: Kind, old: KubeObject, binding: KubeObject, now: Date): KubeObject {
  const pod = old as BoundPod;
  const name = pod.metadata.name ?? '';
  const target = binding['target'] as { kind?: string; name?: string } | undefined;
  if (target?.name === undefined || target.name === '') throw badRequest('Binding is invalid: target.name: Required value');
  if (target.kind !== undefined && target.kind !== '' && target.kind !== 'Node') {
    throw badRequest(
      `Binding is invalid: target.kind: Unsupported value: ${JSON.stringify(target.kind)}: supported values: "Node", "<empty>"`,
    );
  }
  const refuse = (why: string): never => {
    throw conflict({ ...groupResourceOf(kind), resource: 'pods/binding' }, name, why);
  };
  const { uid } = binding.metadata;
  if (uid !== undefined && uid !== '' && uid !== pod.metadata.uid)
    refuse(`Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid ?? ''}`);
  if (pod.metadata.deletionTimestamp !== undefined) refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== '') refuse(`pod ${name} is already assigned to node "${pod.spec.nodeName}"`);
  if ((pod.spec.schedulingGates ?? []).length > 0) refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  pod.spec.nodeName = target.name;
  if (binding.metadata.annotations !== undefined)
    pod.metadata.annotations = { ...pod.metadata.annotations, ...binding.metadata.annotations };
  if (binding.metadata.labels !== undefined) pod.metadata.labels = { ...pod.metadata.labels, ...binding.metadata.labels };
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
  const scheduled = {
    type: 'PodScheduled',
    status: 'True',
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    lastProbeTime: null,
    lastTransitionTime: formatTime(now),
  };
  pod.status = { ...pod.status, conditions: [...others, scheduled] };
  return pod;
}
