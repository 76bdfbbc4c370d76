/** What the agent's measurements are in the forms that a kubelet serves. Pure. */
import type { NodeUsage, ResourceUsage } from '@kajitori/agent-protocol';

/** `/stats/summary`: the kubelet's `stats/v1alpha1` Summary, as far as it is known here. */
export function statsSummary(nodeName: string, { measuredAt, bootedAt, node, pods }: NodeUsage): object {
  const cpu = (usage: ResourceUsage): object => ({
    time: measuredAt,
    usageNanoCores: usage.cpuNanoCores,
    usageCoreNanoSeconds: usage.cpuNanoseconds,
  });
  const memory = (usage: ResourceUsage): object => ({
    time: measuredAt,
    usageBytes: usage.memoryUsageBytes,
    workingSetBytes: usage.memoryWorkingSetBytes,
    rssBytes: usage.memoryRssBytes,
  });
  return {
    node: {
      nodeName,
      startTime: bootedAt,
      cpu: cpu(node),
      memory: { ...memory(node), availableBytes: node.memoryAvailableBytes },
    },
    pods: pods.map(({ namespace, name, uid, startedAt, containers }) => {
      const whole = totalOf(containers);
      return {
        podRef: { name, namespace, uid },
        startTime: startedAt ?? measuredAt,
        containers: containers.map((one) => ({
          name: one.name,
          startTime: one.startedAt ?? measuredAt,
          cpu: cpu(one),
          memory: memory(one),
        })),
        ...(whole === undefined ? {} : { cpu: cpu(whole), memory: memory(whole) }),
      };
    }),
  };
}

function totalOf(containers: readonly ResourceUsage[]): ResourceUsage | undefined {
  const [first, ...others] = containers;
  if (first === undefined) return undefined;
  return others.reduce(
    (sum, one) => ({
      cpuNanoCores: sum.cpuNanoCores + one.cpuNanoCores,
      cpuNanoseconds: sum.cpuNanoseconds + one.cpuNanoseconds,
      memoryWorkingSetBytes: sum.memoryWorkingSetBytes + one.memoryWorkingSetBytes,
      memoryUsageBytes: sum.memoryUsageBytes + one.memoryUsageBytes,
      memoryRssBytes: sum.memoryRssBytes + one.memoryRssBytes,
      windowSeconds: Math.min(sum.windowSeconds, one.windowSeconds),
    }),
    first,
  );
}

/** `/metrics/resource`, in Prometheus' text form: what scrapers of kubelets read. */
export function resourceMetrics({ measuredAt, node, pods }: NodeUsage): string {
  const at = Date.parse(measuredAt);
  const lines: string[] = [];
  const metric = (name: string, type: 'counter' | 'gauge', help: string, values: readonly [labels: string, value: number][]): void => {
    lines.push(`# HELP ${name} [STABLE] ${help}`, `# TYPE ${name} ${type}`);
    for (const [labels, value] of values) lines.push(`${name}${labels} ${value} ${at}`);
  };
  const ofContainers = (value: (usage: ResourceUsage) => number): [string, number][] =>
    pods.flatMap(({ namespace, name, containers }) =>
      containers.map((one): [string, number] => [`{container="${one.name}",namespace="${namespace}",pod="${name}"}`, value(one)]),
    );
  const ofPods = (value: (usage: ResourceUsage) => number): [string, number][] =>
    pods.flatMap(({ namespace, name, containers }): [string, number][] => {
      const whole = totalOf(containers);
      return whole === undefined ? [] : [[`{namespace="${namespace}",pod="${name}"}`, value(whole)]];
    });
  const seconds = ({ cpuNanoseconds }: ResourceUsage): number => cpuNanoseconds / 1e9;
  const workingSet = ({ memoryWorkingSetBytes }: ResourceUsage): number => memoryWorkingSetBytes;
  metric(
    'container_cpu_usage_seconds_total',
    'counter',
    'Cumulative cpu time consumed by the container in core-seconds',
    ofContainers(seconds),
  );
  metric('container_memory_working_set_bytes', 'gauge', 'Current working set of the container in bytes', ofContainers(workingSet));
  metric('node_cpu_usage_seconds_total', 'counter', 'Cumulative cpu time consumed by the node in core-seconds', [['', seconds(node)]]);
  metric('node_memory_working_set_bytes', 'gauge', 'Current working set of the node in bytes', [['', workingSet(node)]]);
  metric('pod_cpu_usage_seconds_total', 'counter', 'Cumulative cpu time consumed by the pod in core-seconds', ofPods(seconds));
  metric('pod_memory_working_set_bytes', 'gauge', 'Current working set of the pod in bytes', ofPods(workingSet));
  return `${lines.join('\n')}\n`;
}
