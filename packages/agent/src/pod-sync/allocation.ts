/**
 * What a pod's containers may use, as this node has agreed to. A change of a pod's resources (its `resize`) counts once it fits; until then what was
 * agreed to before holds, for containers that are started anew as well. What was agreed to is in the last status. Pure.
 */
import { compareQuantities, milliValue, parseQuantity, unitValue } from '@kajitori/apimachinery';
import type { ContainerStatus } from '@kajitori/kinds';
import type { Resources } from '../model/engine-limits.ts';
import { type NodePod, containersOf } from '../model/node-pod.ts';
import { type Requests, requestsOf } from '../model/requests.ts';

/** Why a change has to wait, as `PodResizePending` says it. */
export interface ResizePending {
  /** Infeasible: this node is too small, whoever else is here. */
  reason: 'Deferred' | 'Infeasible';
  message: string;
}

export interface Allocation {
  /** By container name; of all containers. */
  resources: ReadonlyMap<string, Resources | undefined>;
  pending: ResizePending | undefined;
}

export interface NodeRoom {
  /** Empty while it is not known. */
  allocatable: Readonly<Record<string, string>>;
  /** Of the other pods here. */
  others: Requests;
}

export function allocate(pod: NodePod, before: ReadonlyMap<string, ContainerStatus>, room: NodeRoom): Allocation {
  const all = containersOf(pod);
  const wanted = new Map(all.map(({ container }) => [container.name, container.resources]));
  const held = new Map(
    all.map(({ container, role }) => [
      container.name,
      role === 'regular' || role === 'sidecar' ? heldResources(container.resources, before.get(container.name)) : container.resources,
    ]),
  );
  const changes = [...wanted].some(([name, resources]) => !sameResources(resources, held.get(name)));
  if (!changes) return { resources: wanted, pending: undefined };
  const running = new Set(all.filter(({ role }) => role === 'regular' || role === 'sidecar').map(({ container }) => container.name));
  const requests = (of: ReadonlyMap<string, Resources | undefined>): Requests =>
    requestsOf([...of].flatMap(([name, resources]) => (running.has(name) ? [resources] : [])));
  const pending = whyNot(requests(wanted), requests(held), room);
  return { resources: pending === undefined ? wanted : held, pending };
}

/** What was agreed to: the spec's other resources stay as they are. */
function heldResources(wanted: Resources | undefined, before: ContainerStatus | undefined): Resources | undefined {
  if (before?.resources === undefined) return wanted;
  const requests = before.allocatedResources ?? before.resources.requests;
  const { limits } = before.resources;
  return { ...wanted, ...(limits === undefined ? {} : { limits }), ...(requests === undefined ? {} : { requests }) };
}

function sameResources(one: Resources | undefined, other: Resources | undefined): boolean {
  return (['limits', 'requests'] as const).every((kind) =>
    (['cpu', 'memory'] as const).every((name) => sameAmount(one?.[kind]?.[name], other?.[kind]?.[name])),
  );
}

function sameAmount(one: string | undefined, other: string | undefined): boolean {
  if (one === other || one === undefined || other === undefined) return one === other;
  const [a, b] = [parseQuantity(one), parseQuantity(other)];
  return a !== undefined && b !== undefined && compareQuantities(a, b) === 0;
}

/** In a kubelet's words. What asks for no more than before always fits. */
function whyNot(wanted: Requests, held: Requests, { allocatable, others }: NodeRoom): ResizePending | undefined {
  const cpu = {
    name: 'cpu',
    asked: wanted.cpuMillis,
    had: held.cpuMillis,
    used: others.cpuMillis,
    capacity: milliValue(allocatable['cpu']),
  };
  const memory = {
    name: 'memory',
    asked: wanted.memoryBytes,
    had: held.memoryBytes,
    used: others.memoryBytes,
    capacity: unitValue(allocatable['memory']),
  };
  const growing = [memory, cpu].filter(({ asked, had, capacity }) => asked > had && capacity > 0);
  const impossible = growing.find(({ asked, capacity }) => asked > capacity);
  if (impossible !== undefined) {
    const { name, asked, capacity } = impossible;
    return { reason: 'Infeasible', message: `Node didn't have enough capacity: ${name}, requested: ${asked}, capacity: ${capacity}` };
  }
  const full = growing.toReversed().find(({ asked, used, capacity }) => asked + used > capacity);
  if (full === undefined) return undefined;
  const { name, asked, used, capacity } = full;
  return {
    reason: 'Deferred',
    message: `Node didn't have enough resource: ${name}, requested: ${asked}, used: ${used}, capacity: ${capacity}`,
  };
}
