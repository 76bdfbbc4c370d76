import type { KubeObject } from '@kajitori/apimachinery';
import type { HorizontalPodAutoscalerV1 } from './horizontal-pod-autoscaler-v1.ts';
import type { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import type { MetricSpec, MetricStatus } from './metrics.ts';

/** Where version 1, which knows CPU only, keeps what it has no field for. */
const annotation = (what: string): string => `autoscaling.alpha.kubernetes.io/${what}`;
const kept = ['metrics', 'current-metrics', 'conditions', 'behavior'] as const;

const isCpuShare = (metric: MetricSpec): boolean =>
  metric.type === 'Resource' && metric.resource?.name === 'cpu' && metric.resource.target.averageUtilization !== undefined;
const isCpuStatus = (metric: MetricStatus): boolean =>
  metric.type === 'Resource' && metric.resource?.name === 'cpu' && metric.resource.current.averageUtilization !== undefined;

/** Version 1 as version 2 says it. */
export function autoscalerFromV1(object: KubeObject): KubeObject {
  const { metadata, spec, status } = object as HorizontalPodAutoscalerV1;
  const { targetCPUUtilizationPercentage: share, ...common } = spec;
  const { currentCPUUtilizationPercentage: current, ...counts } = status ?? { currentReplicas: 0, desiredReplicas: 0 };
  const others = read<MetricSpec[]>(metadata.annotations, 'metrics') ?? [];
  const currentOthers = read<MetricStatus[]>(metadata.annotations, 'current-metrics') ?? [];
  const metrics: MetricSpec[] =
    share === undefined
      ? others
      : [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: share } } }, ...others];
  const currentMetrics: MetricStatus[] =
    current === undefined
      ? currentOthers
      : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: current } } }, ...currentOthers];
  const behavior = read<HorizontalPodAutoscaler['spec']['behavior']>(metadata.annotations, 'behavior');
  const conditions = read<NonNullable<HorizontalPodAutoscaler['status']>['conditions']>(metadata.annotations, 'conditions');
  const annotations = Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(([key]) => !kept.some((what) => key === annotation(what))),
  );
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    metadata: withAnnotations(metadata, annotations),
    spec: { ...common, ...(metrics.length === 0 ? {} : { metrics }), ...(behavior === undefined ? {} : { behavior }) },
    status: { ...counts, ...(currentMetrics.length === 0 ? {} : { currentMetrics }), ...(conditions === undefined ? {} : { conditions }) },
  };
}

/** Version 2 as far as version 1 can say it; the rest goes into annotations, and comes back from there. */
export function autoscalerToV1(stored: KubeObject): KubeObject {
  const { metadata, spec, status } = stored as HorizontalPodAutoscaler;
  const { metrics = [], behavior, ...common } = spec;
  const { currentMetrics = [], conditions, ...counts } = status ?? { desiredReplicas: 0 };
  const cpu = metrics.find(isCpuShare);
  const cpuNow = currentMetrics.find(isCpuStatus);
  const rest: Record<(typeof kept)[number], unknown> = {
    metrics: metrics.filter((metric) => metric !== cpu),
    'current-metrics': currentMetrics.filter((metric) => metric !== cpuNow),
    conditions: conditions ?? [],
    behavior,
  };
  const annotations = { ...metadata.annotations };
  for (const what of kept) {
    const value = rest[what];
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) annotations[annotation(what)] = JSON.stringify(value);
  }
  const share = cpu?.resource?.target.averageUtilization;
  const current = cpuNow?.resource?.current.averageUtilization;
  return {
    ...stored,
    apiVersion: 'autoscaling/v1',
    metadata: withAnnotations(metadata, annotations),
    spec: { ...common, ...(share === undefined ? {} : { targetCPUUtilizationPercentage: share }) },
    status: { currentReplicas: 0, ...counts, ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }) },
  };
}

function withAnnotations(metadata: KubeObject['metadata'], annotations: Record<string, string>): KubeObject['metadata'] {
  const { annotations: _before, ...rest } = metadata;
  return Object.keys(annotations).length === 0 ? rest : { ...rest, annotations };
}

/** Annotations are a client's to write, so what is no JSON counts as absent. */
function read<T>(annotations: Readonly<Record<string, string>> | undefined, what: (typeof kept)[number]): T | undefined {
  const text = annotations?.[annotation(what)];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
