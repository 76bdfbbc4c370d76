import { isDeepStrictEqual } from 'node:util';
import type { GonePod, PodStatusReport } from '@kajitori/agent-protocol';
import { conflict, isStatusError, type KubeObject, notFound } from '@kajitori/apimachinery';
import type { ClusterClient, ResourceClient } from '@kajitori/client';
import { type Pod, pods } from '@kajitori/kinds';
import { newer, revisionOf, statusAfterReport } from './pod-status.ts';

const maxAttempts = 5;
const resource = { group: '', resource: 'pods' };

/** Writes what a node says of its pods, as that node. Every call throws StatusError when it was refused. */
export class PodWriter {
  readonly #pods: ResourceClient<Pod & KubeObject>;
  readonly #followed: (namespace: string, name: string) => Pod | undefined;
  /** What was written and has not yet come back by the log: without it a report would be compared with an older status. */
  readonly #written = new Map<string, Pod>();

  /** `followed` answers the newest pod that came by the log. */
  constructor(client: ClusterClient, followed: (namespace: string, name: string) => Pod | undefined) {
    this.#pods = client.resource(pods);
    this.#followed = followed;
  }

  /** @throws StatusError NotFound when there is no such pod any more, or it is another of the same name. */
  async writeStatus({ namespace, name, uid, status }: PodStatusReport): Promise<void> {
    let current = this.#newest(namespace, name);
    for (let attempt = 1; ; attempt += 1) {
      if (current === undefined || current.metadata.uid !== uid) current = await this.#pods.find(namespace, name);
      if (current === undefined || current.metadata.uid !== uid) throw notFound(resource, name);
      const next = statusAfterReport(current.status, status);
      if (isDeepStrictEqual(next, current.status ?? {})) return;
      try {
        const written = await this.#pods.updateStatus({ ...(current as Pod & KubeObject), status: next });
        this.#written.set(`${namespace}/${name}`, written);
        return;
      } catch (error) {
        if (!isStatusError(error, 'Conflict') || attempt === maxAttempts) throw error;
        current = undefined;
      }
    }
  }

  /** Lets the object of a pod go of which nothing is left on the node. One that is gone already is fine. */
  async remove({ namespace, name, uid }: GonePod): Promise<void> {
    this.#written.delete(`${namespace}/${name}`);
    const followed = this.#followed(namespace, name);
    const pod = followed?.metadata.deletionTimestamp === undefined ? await this.#pods.find(namespace, name) : followed;
    if (pod === undefined || pod.metadata.uid !== uid) return;
    if (pod.metadata.deletionTimestamp === undefined) throw conflict(resource, name, 'the pod is not being deleted');
    try {
      await this.#pods.delete(namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
    } catch (error) {
      if (isStatusError(error, 'NotFound') || (isStatusError(error, 'Conflict') && (await this.#isGone(namespace, name, uid)))) return;
      throw error;
    }
  }

  async #isGone(namespace: string, name: string, uid: string): Promise<boolean> {
    return (await this.#pods.find(namespace, name))?.metadata.uid !== uid;
  }

  #newest(namespace: string, name: string): Pod | undefined {
    const key = `${namespace}/${name}`;
    const [followed, written] = [this.#followed(namespace, name), this.#written.get(key)];
    if (revisionOf(followed) >= revisionOf(written)) this.#written.delete(key);
    return newer(followed, written);
  }
}
