import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { ImageFailureReason } from '../model/pod-activity.ts';
import { type DockerClient, DockerError, isDockerError } from './docker-client.ts';
import { type InspectedImage, inspectedImageForm, listedImagesForm } from './docker-forms.ts';
import { defaultPullPolicy, parseImageReference } from './image-reference.ts';
import { type PullSecret, type RegistryCredential, credentialsFor } from './registry-credentials.ts';

/** An image that is not there and cannot be had; `message` is for the pod's status. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly reason: ImageFailureReason;

  constructor(reason: ImageFailureReason, message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

export interface ImageRequest {
  image: string;
  policy: 'Always' | 'IfNotPresent' | 'Never' | undefined;
  pullSecrets: readonly PullSecret[];
}

export interface ImageObserver {
  pulling(): void;
  pulled(result: { milliseconds: number; sizeBytes: number }): void;
  alreadyPresent(): void;
}

const maxPullMilliseconds = 3_600_000;
const progressForm = z.object({ error: z.string().optional() });

export class Images {
  readonly #docker: DockerClient;

  constructor(docker: DockerClient) {
    this.#docker = docker;
  }

  async inspect(image: string): Promise<InspectedImage | undefined> {
    try {
      return inspectedImageForm.parse(await this.#docker.json('GET', `/images/${image}/json`));
    } catch (error) {
      if (isDockerError(error, 404)) return undefined;
      throw error;
    }
  }

  /**
   * Makes sure that the image is on this machine, as its pull policy says.
   * @throws ImageError when it is not to be had.
   */
  async ensure({ image, policy, pullSecrets }: ImageRequest, observer: ImageObserver, signal: AbortSignal): Promise<void> {
    if (parseImageReference(image) === undefined && !/^(sha256:)?[0-9a-f]{64}$/.test(image)) {
      throw new ImageError(
        'InvalidImageName',
        `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`,
      );
    }
    const wanted = policy ?? defaultPullPolicy(image);
    if (wanted !== 'Always' && (await this.inspect(image)) !== undefined) return observer.alreadyPresent();
    if (wanted === 'Never')
      throw new ImageError('ErrImageNeverPull', `Container image "${image}" is not present with pull policy of Never`);
    observer.pulling();
    const from = performance.now();
    await this.#pull(image, pullSecrets, signal);
    const found = await this.inspect(image);
    if (found === undefined) throw new ImageError('ErrImageInspect', `Failed to inspect image "${image}": it is gone again`);
    observer.pulled({ milliseconds: performance.now() - from, sizeBytes: found.Size });
  }

  /** What is on this machine, largest first. */
  async list(): Promise<{ names: string[]; sizeBytes: number }[]> {
    const images = listedImagesForm.parse(await this.#docker.json('GET', '/images/json'));
    return images
      .map(({ RepoTags = [], RepoDigests = [], Size }) => ({
        names: [...RepoDigests, ...RepoTags].filter((name) => !name.includes('<none>')),
        sizeBytes: Size,
      }))
      .filter(({ names }) => names.length > 0)
      .sort((a, b) => b.sizeBytes - a.sizeBytes);
  }

  async #pull(image: string, pullSecrets: readonly PullSecret[], signal: AbortSignal): Promise<void> {
    const reference = parseImageReference(image);
    const credentials: (RegistryCredential | undefined)[] = reference === undefined ? [] : credentialsFor(reference, pullSecrets);
    let failure: unknown;
    for (const credential of credentials.length === 0 ? [undefined] : credentials) {
      try {
        return await this.#pullOnce(image, credential, signal);
      } catch (error) {
        failure = error;
      }
    }
    if (!(failure instanceof DockerError)) throw failure;
    throw new ImageError('ErrImagePull', `Error response from daemon: ${failure.message}`, failure);
  }

  async #pullOnce(image: string, credential: RegistryCredential | undefined, signal: AbortSignal): Promise<void> {
    const reference = parseImageReference(image);
    const tagged = reference?.tag !== undefined || reference?.digest !== undefined;
    const progress = await this.#docker.stream('POST', '/images/create', {
      // Without a tag the engine would fetch all of them.
      query: { fromImage: tagged ? image : `${image}:latest` },
      headers: credential === undefined ? {} : { 'X-Registry-Auth': Buffer.from(JSON.stringify(credential)).toString('base64url') },
      signal: AbortSignal.any([signal, AbortSignal.timeout(maxPullMilliseconds)]),
    });
    for await (const line of createInterface({ input: progress })) {
      const { error } = progressForm.parse(JSON.parse(line));
      if (error !== undefined) throw new DockerError(500, error);
    }
  }
}
