import { conditionOf } from '@kajitori/apimachinery';
import type { Column } from '../../kind.ts';
import { ageColumn, listCell, nameColumn, none, textColumn, unknown } from '../../meta/columns.ts';
import type { Node } from './node.ts';

const rolePrefix = 'node-role.kubernetes.io/';
const roleLabel = 'kubernetes.io/role';

export const nodeColumns: readonly Column<Node>[] = [
  nameColumn,
  textColumn('Status', 'Whether it can take pods.', statusText),
  textColumn('Roles', 'What it is for.', roles),
  ageColumn,
  textColumn('Version', 'Version of its agent.', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
  textColumn('Internal-IP', 'Its address inside the cluster.', (node) => address(node, 'InternalIP'), 'wide'),
  textColumn('External-IP', 'Its address from outside.', (node) => address(node, 'ExternalIP'), 'wide'),
  textColumn('OS-Image', 'Its operating system.', ({ status }) => known(status?.nodeInfo?.osImage), 'wide'),
  textColumn('Kernel-Version', 'Its kernel.', ({ status }) => known(status?.nodeInfo?.kernelVersion), 'wide'),
  textColumn('Container-Runtime', 'What runs its containers.', ({ status }) => known(status?.nodeInfo?.containerRuntimeVersion), 'wide'),
];

function statusText({ spec, status }: Node): string {
  const ready = conditionOf(status?.conditions, 'Ready');
  const words = [ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'];
  if (spec.unschedulable === true) words.push('SchedulingDisabled');
  return words.join(',');
}

function roles({ metadata }: Node): string {
  const found = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) return [key.slice(rolePrefix.length)];
    return key === roleLabel && value !== '' ? [value] : [];
  });
  return listCell([...new Set(found)].sort());
}

function address({ status }: Node, type: string): string {
  return status?.addresses?.find((one) => one.type === type)?.address ?? none;
}

function known(text: string | undefined): string {
  return text === undefined || text === '' ? unknown : text;
}
