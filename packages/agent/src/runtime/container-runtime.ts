/**
 * The only user of the container engine's socket. Owns the containers that carry its agent's label: makes, starts, stops, removes and observes them.
 *
 * Invariant: what matters about a container is in the engine (labels, states), so a new process sees what the old one saw. It decides nothing: which
 * container runs when is said by its callers, and it must not touch containers without its label.
 */
import type { Readable } from 'node:stream';
import type { EngineLimits } from '../model/engine-limits.ts';
import type { ContainerSpec } from '../model/container-spec.ts';
import type { ObservedPod } from '../model/observed-pod.ts';
import { podRefOf } from '../model/node-pod.ts';
import { type NodeFacts, containerConfig } from './container-config.ts';
import { updatableResources } from './container-resources.ts';
import { type ContainerLogRequest, containerLogs } from './container-logs.ts';
import { DockerClient, isDockerError } from './docker-client.ts';
import { type EngineInfo, createdForm, engineInfoForm } from './docker-forms.ts';
import { type EngineEventsOptions, followEngineEvents } from './engine-events.ts';
import { type EngineUsage, engineUsage } from './engine-usage.ts';
import { Images } from './images.ts';
import { containerName } from './labels.ts';
import { lowestOomScoreAdjust } from './oom-protection.ts';
import { ensurePauseImage } from './pause-image.ts';
import { type FoundPod, PodCache } from './pod-cache.ts';
import { type EngineProcess, type ProcessRequest, attach, startExec } from './processes.ts';
import { type CommandResult, runCommand } from './run-command.ts';
import { type SandboxRequest, sandboxConfig } from './sandbox-config.ts';

export interface ContainerRuntimeOptions {
  socketPath: string;
  /** Tells this agent's containers from others'. */
  agentId: string;
  nodeName: string;
  /** The engine's network that pods are put on. */
  network: string;
  memoryBytes: number;
}

const stopMarginMilliseconds = 60_000;

type FollowOptions = Pick<EngineEventsOptions, 'onEvent' | 'onConnected' | 'onDisconnected' | 'signal'>;

export class ContainerRuntime implements AsyncDisposable {
  readonly images: Images;
  readonly #docker: DockerClient;
  readonly #cache: PodCache;
  readonly #options: ContainerRuntimeOptions;
  #node: Promise<NodeFacts> | undefined;
  #pauseImage: Promise<string> | undefined;

  constructor(options: ContainerRuntimeOptions) {
    const { socketPath, agentId } = options;
    this.#options = options;
    this.#docker = new DockerClient({ socketPath });
    this.images = new Images(this.#docker);
    this.#cache = new PodCache({ docker: this.#docker, images: this.images, agentId });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#docker[Symbol.asyncDispose]();
  }

  async info(): Promise<EngineInfo> {
    return engineInfoForm.parse(await this.#docker.json('GET', '/info'));
  }

  /** What the engine lets containers have is asked once, when the first is made. */
  async #nodeFacts(): Promise<NodeFacts> {
    this.#node ??= this.#askNodeFacts();
    try {
      return await this.#node;
    } catch (error) {
      this.#node = undefined;
      throw error;
    }
  }

  async #askNodeFacts(): Promise<NodeFacts> {
    const { agentId, nodeName, memoryBytes } = this.#options;
    const { SecurityOptions = [] } = await this.info();
    return { agentId, nodeName, memoryBytes, lowestOomScoreAdjust: await lowestOomScoreAdjust(SecurityOptions) };
  }

  observe(podUid: string): Promise<ObservedPod> {
    return this.#cache.observe(podUid);
  }

  findPods(): Promise<FoundPod[]> {
    return this.#cache.findPods();
  }

  /** Until the signal aborts. `onEvent` comes after what it tells can be observed. */
  follow(options: FollowOptions): Promise<void> {
    const onEvent: FollowOptions['onEvent'] = (event) => {
      this.#cache.forget(event.containerId);
      options.onEvent(event);
    };
    return followEngineEvents({ ...options, onEvent, docker: this.#docker, agentId: this.#options.agentId });
  }

  /** Makes and starts a pod's sandbox. One that cannot start leaves nothing behind. */
  async createSandbox(request: SandboxRequest): Promise<void> {
    this.#pauseImage ??= ensurePauseImage(this.#docker, this.images);
    try {
      const body = sandboxConfig(request, await this.#pauseImage, this.#options.network, await this.#nodeFacts());
      await this.#createAndStart(containerName('POD', podRefOf(request.pod), request.attempt), body);
    } catch (error) {
      // The image may have been removed behind our back: the next attempt makes it again.
      this.#pauseImage = undefined;
      throw error;
    }
  }

  async #createAndStart(name: string, body: object): Promise<void> {
    const id = await this.#create(name, body);
    try {
      await this.#docker.json('POST', `/containers/${id}/start`);
    } catch (error) {
      await this.removeContainer(id);
      throw error;
    } finally {
      this.#cache.forget(id);
    }
  }

  /** Makes a container, not yet started. @throws ContainerConfigError, DockerError */
  async createContainer(spec: ContainerSpec): Promise<string> {
    const image = await this.images.inspect(spec.container.image ?? '');
    const body = containerConfig(spec, image?.Config?.User, await this.#nodeFacts());
    return this.#create(containerName(spec.container.name, podRefOf(spec.pod), spec.attempt), body);
  }

  async startContainer(id: string): Promise<void> {
    try {
      await this.#docker.json('POST', `/containers/${id}/start`);
    } finally {
      this.#cache.forget(id);
    }
  }

  async #create(name: string, body: object): Promise<string> {
    const create = async (): Promise<string> =>
      createdForm.parse(await this.#docker.json('POST', '/containers/create', { query: { name }, body })).Id;
    try {
      return await create();
    } catch (error) {
      // Left by an agent that was killed between making and starting it.
      if (!isDockerError(error, 409)) throw error;
      await this.removeContainer(name);
      return create();
    }
  }

  /** Asks it to end, and kills it when its time is up. Resolves once it has ended. */
  async stopContainer(id: string, graceSeconds: number): Promise<void> {
    await this.#unlessGone(() =>
      this.#docker.json('POST', `/containers/${id}/stop`, {
        query: { t: graceSeconds },
        timeoutMilliseconds: graceSeconds * 1000 + stopMarginMilliseconds,
      }),
    );
    this.#cache.forget(id);
  }

  /** At once. */
  async killContainer(id: string): Promise<void> {
    await this.#unlessGone(() => this.#docker.json('POST', `/containers/${id}/kill`));
    this.#cache.forget(id);
  }

  /** Changes what a running container may use, in place. @throws Error when it uses more memory than it shall have; DockerError */
  async resizeContainer(id: string, limits: EngineLimits): Promise<void> {
    if (limits.memoryBytes > 0) {
      const used = (await this.usage(id))?.memoryWorkingSetBytes ?? 0;
      // The kernel would kill it.
      if (used >= limits.memoryBytes)
        throw new Error(`attempting to set container memory limit (${limits.memoryBytes}) below current usage (${used})`);
    }
    try {
      await this.#docker.json('POST', `/containers/${id}/update`, { body: updatableResources(limits) });
    } finally {
      this.#cache.forget(id);
    }
  }

  async removeContainer(id: string): Promise<void> {
    await this.#unlessGone(() => this.#docker.json('DELETE', `/containers/${id}`, { query: { force: 1, v: 1 } }));
    this.#cache.forget(id);
  }

  async #unlessGone(call: () => Promise<unknown>): Promise<void> {
    try {
      await call();
    } catch (error) {
      if (!isDockerError(error, 404) && !isDockerError(error, 409)) throw error;
    }
  }

  exec(containerId: string, command: readonly string[], wanted: ProcessRequest): Promise<EngineProcess> {
    return startExec(this.#docker, containerId, command, wanted);
  }

  attach(containerId: string, wanted: ProcessRequest): Promise<EngineProcess> {
    return attach(this.#docker, containerId, wanted);
  }

  run(containerId: string, command: readonly string[], timeoutMilliseconds: number): Promise<CommandResult> {
    return runCommand(this.#docker, containerId, command, timeoutMilliseconds);
  }

  /** Of the container's first process, as this machine numbers it; undefined when it does not run. */
  async processId(containerId: string): Promise<number | undefined> {
    const pid = (await this.#cache.inspect(containerId))?.State.Pid;
    return pid === 0 ? undefined : pid;
  }

  /** What a container uses, in the engine's words: for machines that do not show its control group. */
  usage(containerId: string): Promise<EngineUsage | undefined> {
    return engineUsage(this.#docker, containerId);
  }

  async logs(containerId: string, request: ContainerLogRequest, now: Date): Promise<Readable> {
    const tty = (await this.#cache.inspect(containerId))?.Config.Tty ?? false;
    return containerLogs(this.#docker, { id: containerId, tty }, request, now);
  }
}
