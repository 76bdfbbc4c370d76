import {
  apiVersionOf,
  type FieldError,
  formatTime,
  invalid,
  invalidObject,
  type KubeObject,
  newUid,
  type Clock,
} from '@kajitori/apimachinery';
import { ipAddresses, type Service } from '@kajitori/kinds';
import type { NewObject, ObjectKey, Operation } from '@kajitori/storage';
import type { Call } from '../call.ts';
import { toStored } from '../registry/stored.ts';
import type { Companions } from './companions.ts';

/** 10.96.0.0/16: every cluster has the whole of it to itself, since clusters share no network. */
const serviceNetwork = { base: (10 << 24) | (96 << 16), size: 1 << 16 };
/** The first addresses are kept for `kubernetes` (.1) and the cluster's DNS (.10). */
const reservedAddresses = 16;
const nodePorts = { least: 30_000, most: 32_767 };
/** A key that no API serves: it only makes a node port unique. */
const nodePortResource = { group: 'internal.kajitori', resource: 'nodeports', namespace: '' };

type ServiceSpec = NonNullable<Service['spec']>;

/** Cluster IPs are IPAddress objects and node ports are hidden rows, each written with the Service that owns it. */
export function serviceAddresses(clock: Clock): Companions {
  return {
    handles: ({ kind, subresource }) => kind.group === '' && kind.plural === 'services' && subresource !== 'status',

    fills: true,

    async claim(call, draft, old) {
      const service = draft as Service;
      const before = (old ?? {}) as Partial<Service>;
      keepWhatWasGiven(service.spec ?? {}, before.spec);
      const operations = [...(await claimAddress(call, service, before, clock)), ...(await claimPorts(call, service, before))];
      return operations;
    },

    async release(call, object) {
      const { spec } = object as Service;
      const keys = [...addressesOf(spec).map(addressKey), ...portsOf(spec).map(portKey)];
      return deletions(call, keys);
    },

    async taken(call, draft, operations) {
      const { spec } = draft as Service;
      const errors: FieldError[] = [];
      for (const operation of operations) {
        if (operation.type !== 'create' || (await call.storage.get(operation.object)) === undefined) continue;
        const { name, resource } = operation.object;
        if (resource === 'ipaddresses' && asked.get(draft)?.has(name) === true) {
          errors.push(
            invalid('spec.clusterIPs', spec?.clusterIPs ?? [name], `failed to allocate IP ${name}: provided IP is already allocated`),
          );
        }
        const at = (spec?.ports ?? []).findIndex((port) => portName(port) === name);
        if (resource === 'nodeports' && at >= 0 && asked.get(draft)?.has(name) === true) {
          errors.push(invalid(`spec.ports[${at}].nodePort`, spec?.ports?.[at]?.nodePort, 'provided port is already allocated'));
        }
      }
      return errors.length === 0 ? undefined : invalidObject(call.kind, draft.metadata.name ?? '', errors);
    },
  };
}

/** What the client itself chose in a draft: a collision on it is an error, not a reason to draw again. */
const asked = new WeakMap<KubeObject, Set<string>>();

function remember(draft: KubeObject, name: string): void {
  const names = asked.get(draft) ?? new Set();
  asked.set(draft, names.add(name));
}

/** An update that does not mention what was allocated keeps it. */
function keepWhatWasGiven(spec: ServiceSpec, old: ServiceSpec | undefined): void {
  if (old === undefined || spec.type === 'ExternalName' || old.type === 'ExternalName') return;
  if ((spec.clusterIP ?? '') === '' && (spec.clusterIPs ?? []).length === 0) {
    if (old.clusterIP !== undefined) spec.clusterIP = old.clusterIP;
    if (old.clusterIPs !== undefined) spec.clusterIPs = old.clusterIPs;
  }
  if (!usesNodePorts(spec)) return;
  for (const port of spec.ports ?? []) {
    const same = old.ports?.find((one) => one.port === port.port && one.protocol === port.protocol);
    if ((port.nodePort ?? 0) === 0 && same?.nodePort !== undefined) port.nodePort = same.nodePort;
  }
}

async function claimAddress(call: Call, service: Service, before: Partial<Service>, clock: Clock): Promise<Operation[]> {
  const spec = (service.spec ??= {});
  if (spec.type === 'ExternalName') {
    delete spec.clusterIP;
    delete spec.clusterIPs;
  } else if ((spec.clusterIP ?? '') === '') {
    spec.clusterIP = spec.clusterIPs?.[0] ?? (await freeAddress(call));
  } else if (spec.clusterIP !== 'None') remember(service, spec.clusterIP ?? '');
  if (spec.clusterIP !== undefined) {
    spec.clusterIPs ??= [spec.clusterIP];
    checkInNetwork(call, service, spec.clusterIP);
  }
  const [now, then] = [addressesOf(spec), addressesOf(before.spec)];
  const added = now.filter((one) => !then.includes(one));
  const removed = then.filter((one) => !now.includes(one));
  return [
    ...added.map((ip): Operation => ({ type: 'create', object: addressObject(ip, service, clock) })),
    ...(await deletions(call, removed.map(addressKey))),
  ];
}

function checkInNetwork(call: Call, service: Service, ip: string): void {
  if (ip === 'None') return;
  const value = ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  if (value > serviceNetwork.base && value < serviceNetwork.base + serviceNetwork.size - 1) return;
  throw invalidObject(call.kind, service.metadata.name ?? '', [
    invalid(
      'spec.clusterIPs',
      [ip],
      'failed to allocate IP: the provided IP is not in the valid range. The range of valid IPs is 10.96.0.0/16',
    ),
  ]);
}

/** A random address of the network that nobody has; the write decides, this only makes a collision unlikely. */
async function freeAddress(call: Call): Promise<string> {
  for (;;) {
    const offset =
      reservedAddresses + ((crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % (serviceNetwork.size - reservedAddresses - 1));
    const value = serviceNetwork.base + offset;
    const ip = [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
    if ((await call.storage.get(addressKey(ip))) === undefined) return ip;
  }
}

async function claimPorts(call: Call, service: Service, before: Partial<Service>): Promise<Operation[]> {
  const spec = (service.spec ??= {});
  if (usesNodePorts(spec)) {
    for (const [at, port] of (spec.ports ?? []).entries()) {
      if ((port.nodePort ?? 0) === 0) port.nodePort = await freePort(call, port.protocol ?? 'TCP', spec);
      else {
        remember(service, portName(port));
        checkPortRange(call, service, at, port.nodePort ?? 0);
      }
    }
  } else if (before.spec !== undefined && usesNodePorts(before.spec)) {
    for (const port of spec.ports ?? []) delete port.nodePort;
  }
  const [now, then] = [portsOf(spec), portsOf(before.spec)];
  return [
    ...now.filter((one) => !then.includes(one)).map((name): Operation => ({ type: 'create', object: portObject(name, service) })),
    ...(await deletions(call, then.filter((one) => !now.includes(one)).map(portKey))),
  ];
}

function checkPortRange(call: Call, service: Service, at: number, port: number): void {
  if (port >= nodePorts.least && port <= nodePorts.most) return;
  throw invalidObject(call.kind, service.metadata.name ?? '', [
    invalid(
      `spec.ports[${at}].nodePort`,
      port,
      `provided port is not in the valid range. The range of valid ports is ${nodePorts.least}-${nodePorts.most}`,
    ),
  ]);
}

async function freePort(call: Call, protocol: string, spec: ServiceSpec): Promise<number> {
  for (;;) {
    const port = nodePorts.least + ((crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % (nodePorts.most - nodePorts.least + 1));
    if (spec.ports?.some((one) => one.nodePort === port) === true) continue;
    if ((await call.storage.get(portKey(`${port}-${protocol.toLowerCase()}`))) === undefined) return port;
  }
}

function usesNodePorts({ type, allocateLoadBalancerNodePorts }: ServiceSpec): boolean {
  return type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false);
}

function addressesOf(spec: ServiceSpec | undefined): string[] {
  return (spec?.clusterIPs ?? []).filter((ip) => ip !== 'None' && ip !== '');
}

function portsOf(spec: ServiceSpec | undefined): string[] {
  return [...new Set((spec?.ports ?? []).filter(({ nodePort }) => (nodePort ?? 0) !== 0).map(portName))];
}

function portName({ nodePort, protocol }: { nodePort?: number; protocol?: string }): string {
  return `${nodePort ?? 0}-${(protocol ?? 'TCP').toLowerCase()}`;
}

function addressKey(ip: string): ObjectKey {
  return { group: ipAddresses.group, resource: ipAddresses.plural, namespace: '', name: ip };
}

function portKey(name: string): ObjectKey {
  return { ...nodePortResource, name };
}

async function deletions(call: Call, keys: readonly ObjectKey[]): Promise<Operation[]> {
  const operations: Operation[] = [];
  for (const key of keys) {
    const stored = await call.storage.get(key);
    if (stored !== undefined) operations.push({ type: 'delete', key, uid: stored.uid, expectedRevision: stored.revision });
  }
  return operations;
}

function addressObject(ip: string, { metadata }: Service, clock: Clock): NewObject {
  return toStored(ipAddresses, {
    apiVersion: apiVersionOf(ipAddresses),
    kind: ipAddresses.kind,
    metadata: {
      name: ip,
      uid: newUid(),
      creationTimestamp: formatTime(clock.now()),
      labels: { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' },
    },
    spec: { parentRef: { group: '', resource: 'services', namespace: metadata.namespace, name: metadata.name } },
  });
}

function portObject(name: string, { metadata }: Service): NewObject {
  const body = JSON.stringify({ namespace: metadata.namespace, name: metadata.name });
  return { ...portKey(name), uid: newUid(), body, labels: {}, fields: {}, stamp: { version: '', schemaHash: '' } };
}
