import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { logFile } from './instance.ts';
import type { Instance, Settings } from './instance.ts';
import { runLogged } from './run-logged.ts';

/**
 * Owns: the network namespaces that stand for machines when an instance has several nodes here, and the bridge that
 * joins them. Names and addresses come from the instance's directory, so that instances do not meet.
 * Invariant: making what is there already changes nothing.
 */
export interface NodeNetwork {
  number: number;
  namespace: string;
  address: string;
  /** Of Docker's bridge inside, with the length of its network. */
  podGateway: string;
  podNetwork: string;
}

const firstNodeHost = 10;

/** Four characters that tell this instance's interfaces and namespaces from another's. */
export function tagOf(instance: Instance): string {
  return createHash('sha256').update(instance.directory).digest('hex').slice(0, 4);
}

function bridgeOf(instance: Instance): { name: string; network: string; address: string; prefix: string } {
  const tag = tagOf(instance);
  const prefix = `10.${200 + (Number.parseInt(tag.slice(0, 2), 16) % 50)}.${Number.parseInt(tag.slice(2), 16)}`;
  return { name: `kj${tag}`, prefix, network: `${prefix}.0/24`, address: `${prefix}.1` };
}

export function nodeNetworks(instance: Instance, count: number): NodeNetwork[] {
  const { name, prefix } = bridgeOf(instance);
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    namespace: `${name}-${index + 1}`,
    address: `${prefix}.${firstNodeHost + index + 1}`,
    podGateway: `10.244.${index + 1}.1/24`,
    podNetwork: `10.244.${index + 1}.0/24`,
  }));
}

/** The command that runs another inside a node's namespace. `ip netns exec` would hide the cgroups by remounting /sys. */
export function insideNamespace(network: NodeNetwork): string[] {
  return ['nsenter', `--net=/run/netns/${network.namespace}`];
}

export async function ensureNodeNetwork(instance: Instance, settings: Settings): Promise<string> {
  const networks = nodeNetworks(instance, settings.nodes);
  const run = runner(instance);
  await ensureBridge(instance, run);
  for (const network of networks) await ensureNamespace(instance, settings, network, run);
  for (const network of networks) {
    for (const peer of networks.filter(({ number }) => number !== network.number)) {
      await run([...insideNamespace(network), 'ip', 'route', 'replace', peer.podNetwork, 'via', peer.address]);
    }
  }
  return networks.map(({ namespace }) => namespace).join(', ');
}

/** Removes the namespaces, whatever their number, and the bridge. */
export async function removeNodeNetwork(instance: Instance, count: number): Promise<void> {
  const run = runner(instance);
  const { name, network } = bridgeOf(instance);
  for (const { namespace } of nodeNetworks(instance, count)) {
    if (existsSync(`/run/netns/${namespace}`)) await run(['ip', 'netns', 'delete', namespace]);
  }
  if (!existsSync(`/sys/class/net/${name}`)) return;
  await run(['ip', 'link', 'delete', name]);
  for (const rule of forwardRules(name)) await run(['iptables', '-D', 'FORWARD', ...rule]);
  await run(['iptables', '-t', 'nat', '-D', 'POSTROUTING', '-s', network, '!', '-o', name, '-j', 'MASQUERADE']);
}

type Run = (command: string[]) => Promise<void>;

function runner(instance: Instance): Run {
  const log = logFile(instance, 'network');
  return ([command, ...args]) =>
    runLogged(command ?? '', args, { log, remedy: 'several nodes need root, iproute2, iptables and nftables' });
}

/** The engine of the host drops what it does not know, bridged frames too. */
function forwardRules(bridge: string): string[][] {
  return [
    ['-i', bridge, '-j', 'ACCEPT'],
    ['-o', bridge, '-j', 'ACCEPT'],
  ];
}

async function ensureBridge(instance: Instance, run: Run): Promise<void> {
  const { name, address, network } = bridgeOf(instance);
  if (existsSync(`/sys/class/net/${name}`)) return;
  await run(['ip', 'link', 'add', name, 'type', 'bridge']);
  await run(['ip', 'address', 'add', `${address}/24`, 'dev', name]);
  await run(['ip', 'link', 'set', name, 'up']);
  await run(['sysctl', '-w', 'net.ipv4.ip_forward=1']);
  for (const rule of forwardRules(name)) await run(['iptables', '-I', 'FORWARD', ...rule]);
  await run(['iptables', '-t', 'nat', '-A', 'POSTROUTING', '-s', network, '!', '-o', name, '-j', 'MASQUERADE']);
}

async function ensureNamespace(instance: Instance, settings: Settings, network: NodeNetwork, run: Run): Promise<void> {
  if (existsSync(`/run/netns/${network.namespace}`)) return;
  const { name, address } = bridgeOf(instance);
  const outside = `${name}v${network.number}`;
  const inside = insideNamespace(network);
  await run(['ip', 'netns', 'add', network.namespace]);
  await run(['ip', 'link', 'add', outside, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', network.namespace]);
  await run(['ip', 'link', 'set', outside, 'master', name, 'up']);
  await run([...inside, 'ip', 'link', 'set', 'lo', 'up']);
  await run([...inside, 'ip', 'address', 'add', `${network.address}/24`, 'dev', 'eth0']);
  await run([...inside, 'ip', 'link', 'set', 'eth0', 'up']);
  await run([...inside, 'ip', 'route', 'add', 'default', 'via', address]);
  await run([...inside, 'sysctl', '-w', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.all.route_localnet=1']);
  await run([...inside, 'nft', loopbackRules(settings, address)]);
}

/** The servers' address is 127.0.0.1 everywhere: inside a namespace it leads to the host. */
function loopbackRules({ port }: Settings, host: string): string {
  return `table ip kajitori_local {
    chain output { type nat hook output priority -101; ip daddr 127.0.0.1 tcp dport { ${port}, ${port + 1} } dnat to ${host}; }
    chain postrouting { type nat hook postrouting priority 99; ip saddr 127.0.0.1 oifname eth0 masquerade; }
  }`;
}
