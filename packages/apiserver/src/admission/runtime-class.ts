import { compareQuantities, forbidden, parseQuantity } from '@kajitori/apimachinery';
import { type Pod, pods, type RuntimeClass, runtimeClasses, type Toleration } from '@kajitori/kinds';
import { type Call, groupResourceOf } from '../call.ts';
import type { AdmissionPlugin } from './admission.ts';
import { isNewOf } from './is-of.ts';
import type { PolicySource } from './policy-source.ts';

/** Gives pods what their RuntimeClass says: its overhead, and the nodes that have it. */
export function runtimeClass(policies: PolicySource): AdmissionPlugin {
  return {
    name: 'RuntimeClass',
    handles: (request) => isNewOf(pods, request),

    async mutate({ call, object }) {
      const pod = object as Pod;
      const found = await classOf(policies, call, pod);
      if (found === undefined) return;
      if (pod.spec.overhead === undefined && found.overhead?.podFixed !== undefined) pod.spec.overhead = { ...found.overhead.podFixed };
      schedule(call, pod, found);
    },

    async validate({ call, object }) {
      const pod = object as Pod;
      const overhead = (await classOf(policies, call, pod))?.overhead?.podFixed ?? {};
      const own = pod.spec.overhead ?? {};
      if (sameAmounts(own, overhead)) return;
      if (Object.keys(overhead).length > 0) throw rejected(call, pod, "Pod's Overhead doesn't match RuntimeClass's defined Overhead");
      throw rejected(call, pod, 'Pod Overhead set without corresponding RuntimeClass defined Overhead');
    },
  };
}

async function classOf(policies: PolicySource, call: Call, pod: Pod): Promise<RuntimeClass | undefined> {
  const name = pod.spec.runtimeClassName ?? '';
  if (name === '') return undefined;
  const found = (await policies.all(call, runtimeClasses)).find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw rejected(call, pod, `RuntimeClass ${JSON.stringify(name)} not found`);
  return found;
}

function schedule(call: Call, pod: Pod, { scheduling }: RuntimeClass): void {
  for (const [key, value] of Object.entries(scheduling?.nodeSelector ?? {})) {
    const own = pod.spec.nodeSelector?.[key];
    if (own !== undefined && own !== value) {
      throw rejected(
        call,
        pod,
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`,
      );
    }
    pod.spec.nodeSelector = { ...pod.spec.nodeSelector, [key]: value };
  }
  const tolerations = scheduling?.tolerations ?? [];
  const known = new Set((pod.spec.tolerations ?? []).map(textOf));
  const added = tolerations.filter((one) => !known.has(textOf(one)));
  if (added.length > 0) pod.spec.tolerations = [...(pod.spec.tolerations ?? []), ...structuredClone(added)];
}

function textOf({ key, operator, value, effect, tolerationSeconds }: Toleration): string {
  return JSON.stringify([key, operator, value, effect, tolerationSeconds]);
}

function sameAmounts(a: Record<string, string>, b: Record<string, string>): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => {
    const [left, right] = [a[name], b[name]].map((text) => (text === undefined ? undefined : parseQuantity(text)));
    return left !== undefined && right !== undefined && compareQuantities(left, right) === 0;
  });
}

function rejected(call: Call, pod: Pod, why: string): Error {
  return forbidden(groupResourceOf(call.kind), pod.metadata.name ?? '', `pod rejected: ${why}`);
}
