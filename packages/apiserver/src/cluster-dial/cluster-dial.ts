/**
 * The way from the control plane to what runs in a cluster: a port of a pod, or of a Service. Whoever asks has authorized before.
 *
 * Invariant: a connection ends in a pod of that cluster, named by its uid, and the agent of the pod's node checks it again. An address that a tenant wrote
 * (manual Endpoints) is never dialled as such: it must be that of a pod. So nothing here reaches another cluster's node, or the control plane's own network.
 */
import type { Duplex } from 'node:stream';
import { type ClusterId, isStatusError, type KubeObject, notFound, StatusError } from '@kajitori/apimachinery';
import { type EndpointSlice, endpointSlices, type Kind, type Pod, pods, type Service, services } from '@kajitori/kinds';
import type { ListOptions, Storage } from '@kajitori/storage';
import type { NodeStreams, PodTarget } from '@kajitori/streams';
import { keyOf, toItem } from '../registry/stored.ts';
import { podTarget } from '../subresources/pod-target.ts';
import { podAtAddress, readyEndpoints, type ServiceEndpoint, servicePortName } from './service-endpoints.ts';

export interface ServiceTarget {
  cluster: ClusterId;
  namespace: string;
  name: string;
  /** The Service's port, by number or name. */
  port: number | string;
}

/** Endpoints that one connection tries before it gives up. */
const attemptsMax = 4;
/** Pods that claim one address, on different nodes, that are looked at. */
const sameAddressMax = 50;

export class ClusterDial {
  readonly #storage: Storage;
  readonly #node: NodeStreams;

  constructor({ storage, node }: { storage: Storage; node: NodeStreams }) {
    this.#storage = storage;
    this.#node = node;
  }

  /** A connection to a port of a pod. @throws StatusError ServiceUnavailable with what the network said, NotFound when the node has no such pod. */
  pod(target: PodTarget, port: number, signal?: AbortSignal): Promise<Duplex> {
    return this.#node.portForward({ ...target, port }, signal);
  }

  /**
   * A connection to one of a Service's ready endpoints, drawn by chance; one that does not answer is passed over for another.
   * @throws StatusError NotFound without such a Service; ServiceUnavailable when it has no such port or no ready endpoint, or when none answers.
   */
  async service(target: ServiceTarget, signal?: AbortSignal): Promise<Duplex> {
    const endpoints = shuffled(await this.endpoints(target));
    if (endpoints.length === 0)
      throw new StatusError('ServiceUnavailable', `no endpoints available for service ${JSON.stringify(target.name)}`);
    let failure: unknown;
    for (const endpoint of endpoints.slice(0, attemptsMax)) {
      try {
        return await this.pod(await this.#podOf(target, endpoint), endpoint.port, signal);
      } catch (error) {
        if (!isStatusError(error) || signal?.aborted === true) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  /** The ready endpoints of a Service's port. @throws StatusError NotFound without such a Service, ServiceUnavailable without such a port. */
  async endpoints({ cluster, namespace, name, port }: ServiceTarget): Promise<ServiceEndpoint[]> {
    const storage = this.#storage.cluster(cluster);
    const stored = await storage.get(keyOf(services, namespace, name));
    if (stored === undefined) throw notFound({ group: '', resource: 'services' }, name);
    const service = toItem(services, stored).object as Service;
    if (service.spec.type === 'ExternalName')
      throw new StatusError(
        'ServiceUnavailable',
        `service ${JSON.stringify(name)} is of type ExternalName: it has no endpoints in the cluster`,
      );
    const portName = servicePortName(service, port);
    const labels = [{ key: 'kubernetes.io/service-name', operator: 'In', values: [name] }] as const;
    const slices = await this.#list<EndpointSlice>(cluster, endpointSlices, { namespace, labels });
    return readyEndpoints(slices, portName);
  }

  async #podOf({ cluster }: ServiceTarget, endpoint: ServiceEndpoint): Promise<PodTarget> {
    const { pod, node, address, port } = endpoint;
    if (pod !== undefined && node !== undefined) return { cluster, node, namespace: pod.namespace, pod: pod.name, uid: pod.uid };
    const fields = [{ field: 'status.podIP', operator: '=', value: address }] as const;
    const found = podAtAddress(await this.#list<Pod>(cluster, pods, { fields, limit: sameAddressMax }), endpoint);
    if (found !== undefined) return podTarget(cluster, found);
    throw new StatusError('ServiceUnavailable', `dial tcp ${address}:${port}: the address is not that of a running pod of this cluster`);
  }

  async #list<T extends KubeObject>(cluster: ClusterId, kind: Kind<T>, options: Omit<ListOptions, 'group' | 'resource'>): Promise<T[]> {
    const { objects } = await this.#storage.cluster(cluster).list({ group: kind.group, resource: kind.plural, ...options });
    return objects.map((one) => toItem(kind as unknown as Kind, one).object as T);
  }
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((one) => ({ one, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}
