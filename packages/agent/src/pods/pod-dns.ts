import type { NetworkSettings } from '@kajitori/agent-protocol';
import type { PodDns } from '../model/container-spec.ts';
import type { NodePod } from '../model/node-pod.ts';

const maxSearches = 32;

/** Where a pod's names are looked up; undefined: as the machine does. `host` is the machine's own resolver. */
export function podDns(pod: NodePod, network: NetworkSettings, host: PodDns): PodDns | undefined {
  const { dnsPolicy = 'ClusterFirst', dnsConfig, hostNetwork } = pod.spec;
  const base = baseOf(dnsPolicy, hostNetwork === true, pod.metadata.namespace, network, host);
  if (dnsConfig === undefined) return base;
  const { nameservers, searches, options } = base ?? host;
  const own = (dnsConfig.options ?? []).map(({ name = '', value }) => (value === undefined ? name : `${name}:${value}`));
  const overridden = new Set((dnsConfig.options ?? []).map(({ name }) => name));
  return {
    nameservers: [...new Set([...nameservers, ...(dnsConfig.nameservers ?? [])])],
    searches: [...new Set([...searches, ...(dnsConfig.searches ?? [])])].slice(0, maxSearches),
    options: [...options.filter((option) => !overridden.has(option.split(':')[0] ?? '')), ...own],
  };
}

function baseOf(
  policy: string,
  hostNetwork: boolean,
  namespace: string,
  { clusterDns, clusterDomain }: NetworkSettings,
  host: PodDns,
): PodDns | undefined {
  if (policy === 'None') return { nameservers: [], searches: [], options: [] };
  const clusterFirst = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && !hostNetwork);
  if (!clusterFirst || clusterDns.length === 0) return undefined;
  const searches = [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain, ...host.searches];
  return { nameservers: clusterDns, searches: searches.slice(0, maxSearches), options: ['ndots:5'] };
}

/** Reads `/etc/resolv.conf`. */
export function parseResolvConf(text: string): PodDns {
  const words = text.split('\n').map((line) => line.trim().split(/\s+/));
  const all = (keyword: string): string[] => words.filter(([first]) => first === keyword).flatMap(([, ...rest]) => rest);
  return {
    nameservers: all('nameserver'),
    searches: (words.findLast(([first]) => first === 'search') ?? []).slice(1),
    options: all('options'),
  };
}
