import type { ContainerPort } from '@kajitori/kinds';
import type { PodDns } from '../model/container-spec.ts';
import { type NodePod, graceSecondsOf, podRefOf } from '../model/node-pod.ts';
import { type NodeFacts, logConfig } from './container-config.ts';
import { label, podLabels } from './labels.ts';

export interface SandboxRequest {
  pod: NodePod;
  attempt: number;
  /** Absent: the machine's own. */
  dns: PodDns | undefined;
  clusterDomain: string;
}

const sandboxOomScoreAdjust = -998;
const maxHostnameLength = 63;

/** The body of the engine's "create container" for a sandbox: the holder of what a pod's containers share. */
export function sandboxConfig(
  { pod, attempt, dns, clusterDomain }: SandboxRequest,
  image: string,
  network: string,
  node: NodeFacts,
): object {
  const { spec } = pod;
  const host = spec.hostNetwork === true;
  const ports = host ? [] : hostPorts(pod);
  return {
    Image: image,
    ...(host ? {} : hostnameOf(pod, clusterDomain)),
    Labels: { ...podLabels(node, podRefOf(pod), graceSecondsOf(pod)), [label.role]: 'sandbox', [label.attempt]: String(attempt) },
    ExposedPorts: Object.fromEntries(ports.map((port) => [portKey(port), {}])),
    HostConfig: {
      NetworkMode: host ? 'host' : network,
      IpcMode: spec.hostIPC === true ? 'host' : 'shareable',
      ...(spec.hostPID === true ? { PidMode: 'host' } : {}),
      PortBindings: Object.fromEntries(
        ports.map((port) => [portKey(port), [{ HostIp: port.hostIP ?? '', HostPort: String(port.hostPort) }]]),
      ),
      ...(dns === undefined
        ? {}
        : { Dns: dns.nameservers, DnsSearch: dns.searches.length === 0 ? ['.'] : dns.searches, DnsOptions: dns.options }),
      ExtraHosts: (spec.hostAliases ?? []).flatMap(({ ip, hostnames = [] }) => hostnames.map((name) => `${name}:${ip}`)),
      Sysctls: Object.fromEntries((spec.securityContext?.sysctls ?? []).map(({ name, value }) => [name, value])),
      OomScoreAdj: Math.max(node.lowestOomScoreAdjust, sandboxOomScoreAdjust),
      CpuShares: 2,
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      LogConfig: logConfig,
      RestartPolicy: { Name: 'no' },
    },
  };
}

function hostPorts(pod: NodePod): ContainerPort[] {
  const containers = [...(pod.spec.initContainers ?? []).filter((one) => one.restartPolicy === 'Always'), ...pod.spec.containers];
  return containers.flatMap(({ ports = [] }) => ports.filter(({ hostPort }) => hostPort !== undefined && hostPort > 0));
}

function portKey({ containerPort, protocol = 'TCP' }: ContainerPort): string {
  return `${containerPort}/${protocol.toLowerCase()}`;
}

/** A pod is called by its name, or as it asks; with a subdomain it has a full name in its namespace's Service. */
function hostnameOf({ metadata, spec }: NodePod, clusterDomain: string): { Hostname: string; Domainname?: string } {
  if (spec.hostnameOverride !== undefined) return { Hostname: spec.hostnameOverride };
  const short = (spec.hostname ?? metadata.name).slice(0, maxHostnameLength).replace(/[-.]+$/, '');
  if (spec.subdomain === undefined || spec.subdomain === '') return { Hostname: short };
  const domain = `${spec.subdomain}.${metadata.namespace}.svc.${clusterDomain}`;
  return spec.setHostnameAsFQDN === true ? { Hostname: `${short}.${domain}` } : { Hostname: short, Domainname: domain };
}
