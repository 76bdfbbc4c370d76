/** The node's status as a kubelet writes it. Pure: what was measured is handed in. */
import { formatQuantity, formatTime } from '@kajitori/apimachinery';
import type { NodeCondition, NodeStatus } from '@kajitori/kinds';
import type { DiskSpace, Machine, Pressure } from './machine.ts';

export interface NodeFacts {
  nodeName: string;
  agentVersion: string;
  machine: Machine;
  /** Addresses that were configured, instead of the machine's own. */
  nodeIps: readonly string[];
  disk: DiskSpace | { error: string };
  pressure: Pressure;
  /** The engine's version, or why it does not answer. */
  engine: { version: string } | { error: string };
  images: readonly { names: string[]; sizeBytes: number }[];
  previous: NodeStatus | undefined;
  now: Date;
}

export const maxPods = 110;
const maxImages = 50;
/** What the kubelet keeps free by default before it calls it pressure. */
const minMemoryBytes = 100 * 1024 * 1024;
const minDiskShare = 0.1;
const minFilesShare = 0.05;
const minProcessShare = 0.05;
/** What the agent, the engine and the system keep for themselves. */
const reservedMemoryBytes = 256 * 1024 * 1024;
const reservedCpuMillis = 100;

export const apiVersionOfNode = 'v1.36.0';

export function nodeStatus(facts: NodeFacts): NodeStatus {
  const { machine, disk, engine, agentVersion, nodeName } = facts;
  const diskBytes = 'error' in disk ? undefined : disk.totalBytes;
  const amounts = (cpuMillis: number, memoryBytes: number, storageShare: number): Record<string, string> => ({
    cpu: cpuMillis % 1000 === 0 ? String(cpuMillis / 1000) : `${cpuMillis}m`,
    ...(diskBytes === undefined ? {} : { 'ephemeral-storage': kibibytes(diskBytes * storageShare) }),
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: kibibytes(memoryBytes),
    pods: String(maxPods),
  });
  const kubeletVersion = `${apiVersionOfNode}+kajitori.${agentVersion}`;
  return {
    capacity: amounts(machine.cpuCount * 1000, machine.memoryBytes, 1),
    allocatable: amounts(machine.cpuCount * 1000 - reservedCpuMillis, machine.memoryBytes - reservedMemoryBytes, 1 - minDiskShare),
    conditions: conditions(facts),
    addresses: [...internalIps(facts).map((address) => ({ type: 'InternalIP', address })), { type: 'Hostname', address: nodeName }],
    daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
    nodeInfo: {
      machineID: machine.machineId,
      systemUUID: machine.systemUuid,
      bootID: machine.bootId,
      kernelVersion: machine.kernelVersion,
      osImage: machine.osImage,
      containerRuntimeVersion:
        'error' in engine ? (facts.previous?.nodeInfo?.containerRuntimeVersion ?? 'docker://unknown') : `docker://${engine.version}`,
      kubeletVersion,
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: machine.architecture,
    },
    images: facts.images.slice(0, maxImages).map(({ names, sizeBytes }) => ({ names: names.slice(0, 5), sizeBytes })),
  };
}

export function internalIps({ machine, nodeIps }: Pick<NodeFacts, 'machine' | 'nodeIps'>): string[] {
  return nodeIps.length > 0 ? [...nodeIps] : machine.addresses.slice(0, 1);
}

function kibibytes(bytes: number): string {
  return formatQuantity({ nanos: BigInt(Math.floor(bytes / 1024)) * 1024n * 1_000_000_000n, format: 'BinarySI' });
}

type Verdict = Pick<NodeCondition, 'status' | 'reason' | 'message'>;

function conditions(facts: NodeFacts): NodeCondition[] {
  const { pressure, disk, engine } = facts;
  const verdicts: [string, Verdict][] = [
    [
      'MemoryPressure',
      pressure.memoryAvailableBytes < minMemoryBytes
        ? { status: 'True', reason: 'KubeletHasInsufficientMemory', message: 'kubelet has insufficient memory available' }
        : { status: 'False', reason: 'KubeletHasSufficientMemory', message: 'kubelet has sufficient memory available' },
    ],
    ['DiskPressure', diskVerdict(disk)],
    [
      'PIDPressure',
      pressure.processes > pressure.maxProcesses * (1 - minProcessShare)
        ? { status: 'True', reason: 'KubeletHasInsufficientPID', message: 'kubelet has insufficient PID available' }
        : { status: 'False', reason: 'KubeletHasSufficientPID', message: 'kubelet has sufficient PID available' },
    ],
    [
      'Ready',
      'error' in engine
        ? { status: 'False', reason: 'KubeletNotReady', message: `container runtime is down: ${engine.error}` }
        : { status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
    ],
  ];
  return verdicts.map(([type, verdict]) => condition(type, verdict, facts));
}

function diskVerdict(disk: NodeFacts['disk']): Verdict {
  const pressure =
    'error' in disk ||
    disk.availableBytes < disk.totalBytes * minDiskShare ||
    (disk.totalFiles > 0 && disk.freeFiles < disk.totalFiles * minFilesShare);
  if (!pressure) return { status: 'False', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure' };
  return {
    status: 'True',
    reason: 'KubeletHasDiskPressure',
    message: 'error' in disk ? `kubelet cannot use its disk: ${disk.error}` : 'kubelet has disk pressure',
  };
}

function condition(type: string, verdict: Verdict, { previous, now }: NodeFacts): NodeCondition {
  const before = previous?.conditions?.find((one) => one.type === type);
  const lastTransitionTime =
    before?.status === verdict.status && before.lastTransitionTime !== undefined ? before.lastTransitionTime : formatTime(now);
  return { type, ...verdict, lastHeartbeatTime: formatTime(now), lastTransitionTime };
}

/** Whether two statuses differ in more than the time of the report. */
export function isNews(before: NodeStatus | undefined, after: NodeStatus): boolean {
  const lasting = (status: NodeStatus | undefined): string =>
    JSON.stringify({
      ...status,
      conditions: status?.conditions?.map(({ type, status: value, reason, message }) => [type, value, reason, message]),
    });
  return lasting(before) !== lasting(after);
}

export function nodeLabels(nodeName: string, machine: Machine): Record<string, string> {
  return {
    'kubernetes.io/hostname': nodeName,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': machine.architecture,
    'beta.kubernetes.io/os': 'linux',
    'beta.kubernetes.io/arch': machine.architecture,
  };
}
