import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { list, type Infer } from '@kajitori/schema';
import type { Kind } from '../kind.ts';
import { nameColumn, textColumn } from '../meta/columns.ts';
import { topLevel } from '../meta/top-level.ts';
import { ContainerMetrics, cpuCell, measurement, memoryCell } from './usage.ts';

export const PodMetrics = topLevel(
  'io.k8s.metrics.pkg.apis.metrics.v1beta1.PodMetrics',
  {
    ...measurement,
    containers: list(4, () => ContainerMetrics)
      .required()
      .describe('What each of its containers uses.'),
  },
  { description: 'What a pod uses, as it was last measured.' },
);
export type PodMetrics = Infer<typeof PodMetrics>;

/** What pods use: measured when asked for, never stored. */
export const podMetrics: Kind<PodMetrics> = {
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  kind: 'PodMetrics',
  plural: 'pods',
  singular: 'podmetrics',
  namespaced: true,
  schema: PodMetrics,
  verbs: ['get', 'list'],
  stored: false,
  strategy: { nameError: dns1123SubdomainError, generation: false, allowUnconditionalUpdate: true },
  columns: [
    nameColumn,
    textColumn('cpu', 'Processor time that it uses.', ({ containers }) => cpuCell(containers.map((one) => one.usage))),
    textColumn('memory', 'Memory that it uses.', ({ containers }) => memoryCell(containers.map((one) => one.usage))),
    textColumn('window', 'Over which time this was measured.', (metrics) => metrics.window),
  ],
};
