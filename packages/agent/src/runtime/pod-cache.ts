import type { PodRef } from '../model/node-pod.ts';
import type { ObservedContainer, ObservedPod, ObservedSandbox } from '../model/observed-pod.ts';
import { type DockerClient, isDockerError } from './docker-client.ts';
import { type InspectedContainer, type ListedContainer, inspectedContainerForm, listedContainersForm } from './docker-forms.ts';
import type { Images } from './images.ts';
import { label, podRefOfLabels } from './labels.ts';
import { observedContainer, observedSandbox } from './observe.ts';
import { terminationMessage } from './termination-message.ts';

/** A pod that has containers on this machine, whoever wants it or not. */
export interface FoundPod extends PodRef {
  graceSeconds: number;
}

const maxImageNames = 1000;

interface Known {
  state: string;
  observed: { role: 'sandbox'; sandbox: ObservedSandbox } | { role: 'container'; container: ObservedContainer };
}

/**
 * What of each pod exists in the engine. A container is inspected once in each of its states: what the engine lists is compared with what is known.
 */
export class PodCache {
  readonly #docker: DockerClient;
  readonly #images: Images;
  readonly #agentId: string;
  readonly #known = new Map<string, Known>();
  /** Image ids never change their meaning. */
  readonly #imageNames = new Map<string, string>();

  constructor(options: { docker: DockerClient; images: Images; agentId: string }) {
    this.#docker = options.docker;
    this.#images = options.images;
    this.#agentId = options.agentId;
  }

  /** Something happened to this container: it is looked at again. */
  forget(containerId: string): void {
    this.#known.delete(containerId);
  }

  async observe(podUid: string): Promise<ObservedPod> {
    const listed = await this.#list([`${label.podUid}=${podUid}`]);
    const all = await Promise.all(listed.map((one) => this.#look(one)));
    const sandboxes = all.flatMap((one) => (one?.role === 'sandbox' ? [one.sandbox] : []));
    const containers = all.flatMap((one) => (one?.role === 'container' ? [one.container] : []));
    return { sandboxes: sandboxes.sort((a, b) => b.attempt - a.attempt), containers };
  }

  /** All pods that have left anything here. */
  async findPods(): Promise<FoundPod[]> {
    const listed = await this.#list([]);
    const pods = new Map<string, FoundPod>();
    for (const { Labels } of listed) {
      const ref = podRefOfLabels(Labels);
      if (ref !== undefined) pods.set(ref.uid, { ...ref, graceSeconds: Number(Labels[label.podGraceSeconds] ?? 30) });
    }
    const alive = new Set(listed.map(({ Id }) => Id));
    for (const id of this.#known.keys()) if (!alive.has(id)) this.#known.delete(id);
    return [...pods.values()];
  }

  async #list(labels: readonly string[]): Promise<ListedContainer[]> {
    const filters = { label: [`${label.agent}=${this.#agentId}`, ...labels] };
    return listedContainersForm.parse(await this.#docker.json('GET', '/containers/json', { query: { all: 1, filters } }));
  }

  async #look({ Id, State }: ListedContainer): Promise<Known['observed'] | undefined> {
    const known = this.#known.get(Id);
    if (known?.state === State) return known.observed;
    const inspected = await this.inspect(Id);
    if (inspected === undefined) return undefined;
    const observed = await this.#observed(inspected);
    // A sandbox has its address only a moment after it began to run.
    if (inspected.State.Status === State) this.#known.set(Id, { state: State, observed });
    return observed;
  }

  async inspect(containerId: string): Promise<InspectedContainer | undefined> {
    try {
      return inspectedContainerForm.parse(await this.#docker.json('GET', `/containers/${containerId}/json`));
    } catch (error) {
      if (isDockerError(error, 404)) return undefined;
      throw error;
    }
  }

  async #observed(one: InspectedContainer): Promise<Known['observed']> {
    if (one.Config.Labels[label.role] === 'sandbox') return { role: 'sandbox', sandbox: observedSandbox(one) };
    const message = one.State.Status === 'exited' || one.State.Status === 'dead' ? await terminationMessage(this.#docker, one) : undefined;
    return { role: 'container', container: observedContainer(one, await this.#imageId(one.Image), message) };
  }

  /** The digest that it was pulled by, or its id where it was made here. */
  async #imageId(image: string): Promise<string> {
    const known = this.#imageNames.get(image);
    if (known !== undefined) return known;
    const digest = (await this.#images.inspect(image))?.RepoDigests?.[0];
    const name = digest === undefined ? `docker://${image}` : `docker-pullable://${digest}`;
    if (this.#imageNames.size >= maxImageNames) this.#imageNames.clear();
    this.#imageNames.set(image, name);
    return name;
  }
}
