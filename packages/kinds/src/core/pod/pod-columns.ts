import { conditionOf, humanDuration, isConditionTrue, parseTime } from '@kajitori/apimachinery';
import type { Column } from '../../kind.ts';
import { ageColumn, nameColumn } from '../../meta/columns.ts';
import type { ContainerStatus } from './container-status.ts';
import type { Pod } from './pod.ts';

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  { name: 'Ready', type: 'string', description: 'Containers that are ready, of all that should be.', priority: 0, value: ready },
  {
    name: 'Status',
    type: 'string',
    description: 'What the pod is doing, or what holds it up.',
    priority: 0,
    value: (pod) => podStatusText(pod),
  },
  {
    name: 'Restarts',
    type: 'string',
    description: 'How often its containers were restarted, and how long ago last.',
    priority: 0,
    value: restarts,
  },
  ageColumn,
  {
    name: 'IP',
    type: 'string',
    description: 'Address of the pod.',
    priority: 1,
    value: (pod) => pod.status?.podIPs?.[0]?.ip ?? pod.status?.podIP ?? '<none>',
  },
  { name: 'Node', type: 'string', description: 'Node that it runs on.', priority: 1, value: (pod) => pod.spec.nodeName ?? '<none>' },
  {
    name: 'Nominated Node',
    type: 'string',
    description: 'Node that will take it once pods of less priority are gone.',
    priority: 1,
    value: (pod) => pod.status?.nominatedNodeName ?? '<none>',
  },
  {
    name: 'Readiness Gates',
    type: 'string',
    description: 'Conditions beyond its containers that must be true, and those that are.',
    priority: 1,
    value: readinessGates,
  },
];

type Init = { status: ContainerStatus; sidecar: boolean };

function initContainers(pod: Pod): Init[] {
  return (pod.status?.initContainerStatuses ?? []).map((status) => ({
    status,
    sidecar: pod.spec.initContainers?.find(({ name }) => name === status.name)?.restartPolicy === 'Always',
  }));
}

const startedSidecar = ({ status, sidecar }: Init): boolean => sidecar && status.started === true;
const finishedWell = ({ status }: Init): boolean => status.state?.terminated?.exitCode === 0;

function ready(pod: Pod): string {
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').length;
  const init = initContainers(pod).filter((one) => startedSidecar(one) && one.status.ready).length;
  const main = (pod.status?.containerStatuses ?? []).filter((one) => one.ready && one.state?.running !== undefined).length;
  return `${init + main}/${pod.spec.containers.length + sidecars}`;
}

/** The Status cell, as the API server of Kubernetes words it: the most telling reason, down to a single container's. */
export function podStatusText(pod: Pod): string {
  const { status = {} } = pod;
  let text = gatedReason(pod) ?? nonEmpty(status.reason) ?? status.phase ?? '';
  const initializing = initReason(pod);
  if (initializing !== undefined) text = initializing;
  if (initializing === undefined || isConditionTrue(status.conditions, 'Initialized')) text = runningReason(pod, text);
  if (pod.metadata.deletionTimestamp === undefined) return text;
  if (status.reason === 'NodeLost') return 'Unknown';
  return status.phase === 'Succeeded' || status.phase === 'Failed' ? text : 'Terminating';
}

function gatedReason({ status }: Pod): string | undefined {
  return conditionOf(status?.conditions, 'PodScheduled')?.reason === 'SchedulingGated' ? 'SchedulingGated' : undefined;
}

/** Why a container stands still once it ran or tried to, if it says so. */
function stoppedReason({ state }: ContainerStatus): string | undefined {
  const terminated = state?.terminated;
  if (terminated === undefined) return undefined;
  return (
    nonEmpty(terminated.reason) ?? ((terminated.signal ?? 0) !== 0 ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`)
  );
}

function initReason(pod: Pod): string | undefined {
  const all = initContainers(pod);
  const index = all.findIndex((one) => !finishedWell(one) && !startedSidecar(one));
  const blocking = all[index];
  if (blocking === undefined) return undefined;
  const waiting = blocking.status.state?.waiting?.reason;
  const why = stoppedReason(blocking.status) ?? (waiting === 'PodInitializing' ? undefined : nonEmpty(waiting));
  return `Init:${why ?? `${index}/${pod.spec.initContainers?.length ?? 0}`}`;
}

function runningReason(pod: Pod, before: string): string {
  let text = before;
  let running = false;
  // The first container has the last word.
  for (const container of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    const waiting = nonEmpty(container.state?.waiting?.reason);
    const stopped = stoppedReason(container);
    if (waiting !== undefined) text = waiting;
    else if (stopped !== undefined) text = stopped;
    else if (container.ready && container.state?.running !== undefined) running = true;
  }
  // One container is done while another goes on: the pod is running.
  if (text === 'Completed' && running) return isConditionTrue(pod.status?.conditions, 'Ready') ? 'Running' : 'NotReady';
  return text;
}

function restarts(pod: Pod, now: Date): string {
  const init = initContainers(pod);
  const main = pod.status?.containerStatuses ?? [];
  const blocked = init.find((one) => !finishedWell(one) && !startedSidecar(one));
  const initialized = blocked === undefined || isConditionTrue(pod.status?.conditions, 'Initialized');
  const counted = initialized
    ? [...init.filter(({ sidecar }) => sidecar).map(({ status }) => status), ...main]
    : init.map(({ status }) => status);
  const count = counted.reduce((sum, one) => sum + one.restartCount, 0);
  const ended = counted.map(({ lastState }) => parseTime(lastState?.terminated?.finishedAt ?? '') ?? 0);
  const last = Math.max(0, ...ended);
  return count === 0 || last === 0 ? String(count) : `${count} (${humanDuration(now.getTime() - last)} ago)`;
}

function readinessGates({ spec, status }: Pod): string {
  const gates = spec.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  return `${gates.filter(({ conditionType }) => isConditionTrue(status?.conditions, conditionType)).length}/${gates.length}`;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
