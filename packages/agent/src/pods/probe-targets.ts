import type { PodStatus } from '@kajitori/kinds';
import { containerFieldPath, containersOf } from '../model/node-pod.ts';
import type { ObservedPod } from '../model/observed-pod.ts';
import type { ProbeResults } from '../model/pod-activity.ts';
import type { PodFacts } from '../model/pod-objects.ts';
import type { ProbedContainer } from '../probes/probes.ts';

/** The containers of a pod that are to be probed: those that run, were fully started and are not being stopped. */
export function probeTargets(
  { pod, podIps }: PodFacts,
  observed: ObservedPod,
  status: PodStatus | undefined,
  busy: { stopping: ReadonlySet<string>; starting: ReadonlySet<string> },
): ProbedContainer[] {
  return containersOf(pod).flatMap(({ container, role }): ProbedContainer[] => {
    const { startupProbe, livenessProbe, readinessProbe, name } = container;
    const probed = role !== 'init' && [startupProbe, livenessProbe, readinessProbe].some((probe) => probe !== undefined);
    const one = observed.containers.find((seen) => seen.name === name && seen.state === 'running');
    if (!probed || one === undefined || busy.stopping.has(one.id) || busy.starting.has(name)) return [];
    return [
      {
        id: one.id,
        podUid: pod.metadata.uid,
        container,
        podIp: podIps[0] ?? '',
        startedAt: one.startedAt ?? one.createdAt,
        fieldPath: containerFieldPath(pod, name),
        known: knownResults(status, one.id),
      },
    ];
  });
}

/** What the last status said of this very container. */
function knownResults(status: PodStatus | undefined, containerId: string): ProbeResults {
  const said = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find(
    (one) => one.containerID?.endsWith(containerId) === true,
  );
  return { ...(said?.started === true ? { started: true } : {}), ...(said?.ready === true ? { ready: true } : {}) };
}
