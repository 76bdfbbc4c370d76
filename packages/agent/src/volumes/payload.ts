import type { ConfigMap, DownwardAPIVolumeFile, KeyToPath, Secret } from '@kajitori/kinds';
import { fieldText, resourceText } from '../model/downward.ts';
import { containersOf } from '../model/node-pod.ts';
import type { PodFacts } from '../model/pod-objects.ts';
import type { PayloadFile } from './atomic-directory.ts';

/** A volume that cannot be had, in the kubelet's words. */
export class VolumeError extends Error {
  override readonly name = 'VolumeError';
}

export type Files = [path: string, file: PayloadFile][];

interface Source {
  items?: readonly KeyToPath[];
  optional?: boolean;
}

/** @throws VolumeError when the object, or a key that was asked for, is missing and not optional. */
export function configMapFiles(map: ConfigMap | undefined, name: string, source: Source, defaultMode: number): Files {
  if (map === undefined) return missing(`configmap "${name}" not found`, source);
  const data = new Map([
    ...Object.entries(map.data ?? {}).map(([key, value]): [string, Buffer] => [key, Buffer.from(value, 'utf8')]),
    ...Object.entries(map.binaryData ?? {}).map(([key, value]): [string, Buffer] => [key, Buffer.from(value, 'base64')]),
  ]);
  return filesOf(data, source, defaultMode, 'configmap');
}

/** @throws VolumeError */
export function secretFiles(secret: Secret | undefined, name: string, source: Source, defaultMode: number): Files {
  if (secret === undefined) return missing(`secret "${name}" not found`, source);
  const data = new Map(Object.entries(secret.data ?? {}).map(([key, value]): [string, Buffer] => [key, Buffer.from(value, 'base64')]));
  return filesOf(data, source, defaultMode, 'secret');
}

function missing(message: string, { optional }: Source): Files {
  if (optional === true) return [];
  throw new VolumeError(message);
}

function filesOf(data: ReadonlyMap<string, Buffer>, { items, optional }: Source, defaultMode: number, kind: string): Files {
  if (items === undefined || items.length === 0) return [...data].map(([key, bytes]) => [key, { bytes, mode: defaultMode }]);
  return items.flatMap(({ key, path, mode }): Files => {
    const bytes = data.get(key);
    if (bytes === undefined) {
      if (optional === true) return [];
      throw new VolumeError(`references non-existent ${kind} key: ${key}`);
    }
    return [[safePath(path), { bytes, mode: mode ?? defaultMode }]];
  });
}

/** @throws VolumeError */
export function downwardFiles(items: readonly DownwardAPIVolumeFile[], facts: PodFacts, defaultMode: number): Files {
  return items.map(({ path, fieldRef, resourceFieldRef, mode }) => {
    const container = containersOf(facts.pod).find((one) => one.container.name === resourceFieldRef?.containerName)?.container;
    const text =
      fieldRef !== undefined
        ? fieldText(fieldRef.fieldPath, facts)
        : resourceFieldRef !== undefined && container !== undefined
          ? resourceText(resourceFieldRef, container, facts.allocatable)
          : '';
    return [safePath(path), { bytes: Buffer.from(text, 'utf8'), mode: mode ?? defaultMode }];
  });
}

/** The API server refuses such paths; this is the last wall before the disk. */
export function safePath(path: string): string {
  const parts = path.split('/');
  if (path.startsWith('/') || parts.includes('..') || parts[0]?.startsWith('..') === true) throw new VolumeError(`invalid path: ${path}`);
  return parts.filter((part) => part !== '' && part !== '.').join('/');
}
