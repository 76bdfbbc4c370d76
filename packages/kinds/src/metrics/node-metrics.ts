import { dns1123SubdomainError } from '@kajitori/apimachinery';
import type { Infer } from '@kajitori/schema';
import type { Kind } from '../kind.ts';
import { nameColumn, textColumn } from '../meta/columns.ts';
import { topLevel } from '../meta/top-level.ts';
import { cpuCell, measurement, memoryCell, usage } from './usage.ts';

export const NodeMetrics = topLevel(
  'io.k8s.metrics.pkg.apis.metrics.v1beta1.NodeMetrics',
  { ...measurement, usage },
  { description: 'What a node uses, as it was last measured.' },
);
export type NodeMetrics = Infer<typeof NodeMetrics>;

/** What nodes use: measured when asked for, never stored. */
export const nodeMetrics: Kind<NodeMetrics> = {
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  kind: 'NodeMetrics',
  plural: 'nodes',
  singular: 'nodemetrics',
  namespaced: false,
  schema: NodeMetrics,
  verbs: ['get', 'list'],
  stored: false,
  strategy: { nameError: dns1123SubdomainError, generation: false, allowUnconditionalUpdate: true },
  columns: [
    nameColumn,
    textColumn('cpu', 'Processor time that it uses.', (metrics) => cpuCell([metrics.usage])),
    textColumn('memory', 'Memory that it uses.', (metrics) => memoryCell([metrics.usage])),
    textColumn('window', 'Over which time this was measured.', (metrics) => metrics.window),
  ],
};
