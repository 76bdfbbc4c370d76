import type { Column } from '../../kind.ts';
import { ageColumn, countColumn, nameColumn, none, textColumn, unknown } from '../../meta/columns.ts';
import type { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import type { MetricSpec, MetricStatus, MetricTarget, MetricValueStatus } from './metrics.ts';

/** More metrics than this are only counted. */
const metricsShownMax = 2;

export const autoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  nameColumn,
  textColumn('Reference', 'What it scales.', ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`),
  textColumn('Targets', 'Each metric: where it is, and where it should be.', ({ spec, status }) =>
    targets(spec.metrics ?? [], status?.currentMetrics ?? []),
  ),
  textColumn('MinPods', 'Fewest pods it leaves.', ({ spec }) => String(spec.minReplicas ?? '<unset>')),
  countColumn('MaxPods', 'Most pods it makes.', ({ spec }) => spec.maxReplicas),
  countColumn('Replicas', 'Pods that there are.', ({ status }) => status?.currentReplicas ?? 0),
  ageColumn,
];

function targets(specs: readonly MetricSpec[], statuses: readonly MetricStatus[]): string {
  if (specs.length === 0) return none;
  const shown = specs.slice(0, metricsShownMax).map((spec, index) => metric(spec, statuses[index]));
  return specs.length > metricsShownMax ? `${shown.join(', ')} + ${specs.length - metricsShownMax} more...` : shown.join(', ');
}

function metric(spec: MetricSpec, status: MetricStatus | undefined): string {
  switch (spec.type) {
    case 'Resource':
      return `${spec.resource?.name}: ${compared(spec.resource?.target, status?.resource?.current)}`;
    case 'ContainerResource':
      return `${spec.containerResource?.name}: ${compared(spec.containerResource?.target, status?.containerResource?.current)}`;
    case 'Pods':
      return compared(spec.pods?.target, status?.pods?.current);
    case 'Object':
      return compared(spec.object?.target, status?.object?.current);
    case 'External':
      return compared(spec.external?.target, status?.external?.current);
    default:
      return '<unknown type>';
  }
}

function compared(target: MetricTarget | undefined, current: MetricValueStatus | undefined): string {
  if (target?.averageUtilization !== undefined) {
    const now = current?.averageUtilization === undefined ? unknown : `${current.averageUtilization}%`;
    return `${now}/${target.averageUtilization}%`;
  }
  if (target?.averageValue !== undefined) return `${current?.averageValue ?? unknown}/${target.averageValue} (avg)`;
  return `${current?.value ?? unknown}/${target?.value ?? unknown}`;
}
