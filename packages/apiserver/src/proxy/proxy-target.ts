import type { Duplex } from 'node:stream';
import { badRequest, type KubeObject } from '@kajitori/apimachinery';
import type { Pod, Service } from '@kajitori/kinds';
import type { Call } from '../call.ts';
import type { ClusterDial } from '../cluster-dial/cluster-dial.ts';
import { podTarget } from '../subresources/pod-target.ts';
import type { ProxyName } from './proxy-name.ts';

export interface ProxyTarget {
  dial: (signal: AbortSignal) => Promise<Duplex>;
  /** How the backend may name itself. */
  host: string;
}

/** Where `pods/NAME/proxy` leads: the asked port, the first that the pod declares, or that of the scheme. */
export function podProxyTarget(dial: ClusterDial, call: Call, object: KubeObject, { scheme, port }: ProxyName): ProxyTarget {
  const pod = object as Pod;
  if (port !== '' && !/^\d+$/.test(port)) throw badRequest(`invalid pod request ${JSON.stringify(call.name)}`);
  const declared = pod.spec.containers.flatMap(({ ports }) => ports ?? [])[0]?.containerPort;
  const number = port === '' ? (declared ?? schemePort(scheme)) : Number(port);
  if (number < 1 || number > 65_535) throw badRequest(`invalid pod request ${JSON.stringify(call.name)}`);
  const target = podTarget(call.cluster, object);
  return { host: `${pod.status?.podIP ?? ''}:${number}`, dial: (signal) => dial.pod(target, number, signal) };
}

/** Where `services/NAME/proxy` leads: one of the Service's ready pods. Without a port, the only one that the Service has. */
export function serviceProxyTarget(dial: ClusterDial, call: Call, object: KubeObject, { name, scheme, port }: ProxyName): ProxyTarget {
  const { spec } = object as Service;
  const ports = spec.ports ?? [];
  const [only] = ports;
  const asked = /^\d+$/.test(port) ? Number(port) : port;
  const chosen = port !== '' ? asked : ports.length === 1 && only !== undefined ? only.port : schemePort(scheme);
  return {
    host: `${name}.${call.namespace}.svc:${chosen}`,
    dial: (signal) => dial.service({ cluster: call.cluster, namespace: call.namespace, name, port: chosen }, signal),
  };
}

function schemePort(scheme: ProxyName['scheme']): number {
  return scheme === 'https' ? 443 : 80;
}
