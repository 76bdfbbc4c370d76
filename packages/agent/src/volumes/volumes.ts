/**
 * The volumes of this node's pods, as directories of the state directory: `pods/UID/volumes/NAME`. Owns everything below `pods/`.
 *
 * Invariant: making a volume again changes nothing that is already right, so it is done at each look at a pod, and a killed agent goes on where it was.
 * Bodies of Secrets and tokens touch memory only, where the machine lets memory be mounted. It must not know the container engine.
 */
import { chmod, chown, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unitValue } from '@kajitori/apimachinery';
import type { Container, Volume, VolumeMount } from '@kajitori/kinds';
import type { BindMount } from '../model/container-spec.ts';
import type { NodePod } from '../model/node-pod.ts';
import type { PodFacts, PodObjects } from '../model/pod-objects.ts';
import { type Payload, readPayloadFile, writeAtomically } from './atomic-directory.ts';
import { prepareHostPath } from './host-path.ts';
import { type Files, VolumeError, configMapFiles, downwardFiles, safePath, secretFiles } from './payload.ts';
import { tokenRights } from './token-rights.ts';
import { ServiceAccountTokens, type TokenSource } from './service-account-tokens.ts';
import { bindSubPath } from './sub-path.ts';
import { mountTmpfs, unmountAllUnder } from './tmpfs.ts';

const defaultFileMode = 0o644;

export interface VolumesOptions {
  stateDir: string;
  tokens: TokenSource;
  /** Memory cannot be mounted here, so secrets lie on disk, readable by root alone. */
  onNoMemory: (error: unknown) => void;
}

interface PodVolumes {
  facts: PodFacts;
  objects: PodObjects;
  now: Date;
}

export class Volumes {
  readonly #root: string;
  readonly #tokens: ServiceAccountTokens;
  readonly #onNoMemory: (error: unknown) => void;

  constructor({ stateDir, tokens, onNoMemory }: VolumesOptions) {
    this.#root = join(stateDir, 'pods');
    this.#tokens = new ServiceAccountTokens(tokens);
    this.#onNoMemory = onNoMemory;
  }

  /** Makes all volumes of a pod, or brings their contents up to date. @throws VolumeError naming the volume that cannot be had. */
  async ensure(pod: PodVolumes): Promise<void> {
    for (const volume of pod.facts.pod.spec.volumes ?? []) {
      try {
        await this.#ensureOne(volume, pod);
      } catch (cause) {
        throw new VolumeError(
          `MountVolume.SetUp failed for volume "${volume.name}" : ${cause instanceof Error ? cause.message : String(cause)}`,
          { cause },
        );
      }
    }
  }

  async #ensureOne(volume: Volume, pod: PodVolumes): Promise<void> {
    if (volume.hostPath !== undefined) return prepareHostPath(volume.hostPath.path, volume.hostPath.type ?? '');
    const directory = this.#volumeDir(pod.facts.pod, volume.name);
    if (volume.emptyDir !== undefined) return this.#emptyDir(directory, volume, pod.facts.pod);
    const { files, secret } = await this.#filesOf(volume, directory, pod);
    await mkdir(directory, { recursive: true, mode: 0o755 });
    if (secret) await this.#memory(directory, { mode: '0755' });
    await writeAtomically(directory, payloadOf(files), { gid: pod.facts.pod.spec.securityContext?.fsGroup });
  }

  async #emptyDir(directory: string, { emptyDir }: Volume, pod: NodePod): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o777 });
    if (emptyDir?.medium === 'Memory') {
      await this.#memory(directory, {
        mode: '0777',
        sizeBytes: emptyDir.sizeLimit === undefined ? undefined : unitValue(emptyDir.sizeLimit),
      });
    }
    const group = pod.spec.securityContext?.fsGroup;
    if (group !== undefined) await chown(directory, 0, group);
    // The umask has its say in mkdir; with a group, what is made inside belongs to it too.
    await chmod(directory, group === undefined ? 0o777 : 0o2777);
  }

  async #memory(directory: string, options: { mode: string; sizeBytes?: number | undefined }): Promise<void> {
    try {
      await mountTmpfs(directory, options);
    } catch (error) {
      this.#onNoMemory(error);
    }
  }

  async #filesOf(volume: Volume, directory: string, { facts, objects, now }: PodVolumes): Promise<{ files: Files; secret: boolean }> {
    const { namespace } = facts.pod.metadata;
    const { configMap, secret, downwardAPI, projected } = volume;
    if (configMap !== undefined) {
      const name = configMap.name ?? '';
      return {
        files: configMapFiles(objects.configMap(namespace, name), name, configMap, configMap.defaultMode ?? defaultFileMode),
        secret: false,
      };
    }
    if (secret !== undefined) {
      const name = secret.secretName ?? '';
      return { files: secretFiles(objects.secret(namespace, name), name, secret, secret.defaultMode ?? defaultFileMode), secret: true };
    }
    if (downwardAPI !== undefined)
      return { files: downwardFiles(downwardAPI.items ?? [], facts, downwardAPI.defaultMode ?? defaultFileMode), secret: false };
    if (projected === undefined) throw new VolumeError('this kind of volume is not supported on this node');
    const mode = projected.defaultMode ?? defaultFileMode;
    const parts = await Promise.all(
      (projected.sources ?? []).map((source) => this.#projectedFiles(source, { mode, directory, facts, objects, now })),
    );
    return {
      files: parts.flat(),
      secret: (projected.sources ?? []).some((source) => source.secret !== undefined || source.serviceAccountToken !== undefined),
    };
  }

  async #projectedFiles(
    source: Projection,
    { mode, directory, facts, objects, now }: PodVolumes & { mode: number; directory: string },
  ): Promise<Files> {
    const { namespace } = facts.pod.metadata;
    const { configMap, secret, downwardAPI, serviceAccountToken } = source;
    if (configMap !== undefined)
      return configMapFiles(objects.configMap(namespace, configMap.name ?? ''), configMap.name ?? '', configMap, mode);
    if (secret !== undefined) return secretFiles(objects.secret(namespace, secret.name ?? ''), secret.name ?? '', secret, mode);
    if (downwardAPI !== undefined) return downwardFiles(downwardAPI.items ?? [], facts, mode);
    if (serviceAccountToken === undefined) throw new VolumeError('this projection is not supported on this node');
    const path = safePath(serviceAccountToken.path);
    const file = (bytes: Buffer): Files => [[path, { bytes, ...tokenRights(facts.pod, mode) }]];
    try {
      return file(Buffer.from(await this.#tokens.tokenFor(facts.pod, serviceAccountToken, now)));
    } catch (error) {
      // Alone after a restart: what lies in the volume is the last token that was good.
      const before = await readPayloadFile(directory, path);
      if (before === undefined) throw error;
      return file(before);
    }
  }

  /** What of the pod's volumes a container sees, and where. `expand` fills variables into `subPathExpr`. @throws VolumeError */
  async mountsOf(pod: NodePod, container: Container, expand: (text: string) => string): Promise<BindMount[]> {
    return Promise.all((container.volumeMounts ?? []).map((mount, index) => this.#mountOf(pod, container, mount, index, expand)));
  }

  async #mountOf(
    pod: NodePod,
    container: Container,
    mount: VolumeMount,
    index: number,
    expand: (text: string) => string,
  ): Promise<BindMount> {
    const volume = pod.spec.volumes?.find(({ name }) => name === mount.name);
    if (volume === undefined) throw new VolumeError(`volumeMount "${mount.name}" names no volume of the pod`);
    const root = volume.hostPath?.path ?? this.#volumeDir(pod, volume.name);
    const subPath = mount.subPathExpr === undefined ? (mount.subPath ?? '') : expand(mount.subPathExpr);
    const target = join(this.#podDir(pod.metadata.uid), 'volume-subpaths', container.name, String(index));
    return {
      source: subPath === '' ? root : await bindSubPath(root, subPath, target),
      target: mount.mountPath,
      readOnly: mount.readOnly === true || isContent(volume),
      ...propagationOf(mount),
    };
  }

  /** The file behind one attempt's `terminationMessagePath`, empty and writable by anyone in the container. */
  async terminationMessageFile(pod: NodePod, container: string, attempt: number): Promise<string> {
    const directory = join(this.#podDir(pod.metadata.uid), 'containers', container);
    await mkdir(directory, { recursive: true, mode: 0o755 });
    const file = join(directory, `${attempt}.termination-message`);
    await writeFile(file, '');
    await chmod(file, 0o666);
    return file;
  }

  /** All that a pod left on disk, goes. */
  async remove(podUid: string): Promise<void> {
    this.#tokens.forget(podUid);
    const directory = this.#podDir(podUid);
    await unmountAllUnder(directory);
    await rm(directory, { recursive: true, force: true });
  }

  /** The pods that have something on disk. */
  async podUids(): Promise<string[]> {
    await mkdir(this.#root, { recursive: true, mode: 0o710 });
    return readdir(this.#root);
  }

  #podDir(podUid: string): string {
    return join(this.#root, podUid);
  }

  #volumeDir(pod: NodePod, volume: string): string {
    return join(this.#podDir(pod.metadata.uid), 'volumes', volume);
  }
}

type Projection = NonNullable<NonNullable<Volume['projected']>['sources']>[number];

/** Volumes that show objects of the API are never written by containers. */
function isContent({ configMap, secret, downwardAPI, projected }: Volume): boolean {
  return [configMap, secret, downwardAPI, projected].some((source) => source !== undefined);
}

function payloadOf(files: Files): Payload {
  return new Map(files);
}

/** `None` is left to the engine: it is private, or slave where the engine's own directory lies below the source. */
function propagationOf({ mountPropagation }: VolumeMount): Pick<BindMount, 'propagation'> {
  if (mountPropagation === 'Bidirectional') return { propagation: 'rshared' };
  return mountPropagation === 'HostToContainer' ? { propagation: 'rslave' } : {};
}
