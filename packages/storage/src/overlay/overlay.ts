import { createHash } from 'node:crypto';
import type { ClusterId } from '@kajitori/apimachinery';
import { keyText } from '../keys.ts';
import { comparePositions } from '../selection.ts';
import type { Birth, NewObject, ObjectKey, StoredObject } from '../storage.ts';

/**
 * What every cluster has without a row: system namespaces, default roles, priority classes. A release is a list that never changes once a
 * cluster was born with it; a new list is a new release.
 */
export interface Overlay {
  /** The release that new clusters are born with, and old ones are brought to. */
  readonly newest: number;
  /** The objects of a release, from 1; release 0 is empty. Pure. */
  release(version: number): readonly OverlayObject[];
}

export interface OverlayObject extends ObjectKey {
  labels: NewObject['labels'];
  fields: NewObject['fields'];
  stamp: NewObject['stamp'];
  /** The text of the object in a cluster. Pure. */
  body(identity: OverlayIdentity): string;
}

export interface OverlayIdentity {
  cluster: ClusterId;
  /** Stable: made of the cluster and the key. */
  uid: string;
  createdAt: Date;
}

/** The uid of an overlay object: a UUID of version 8 (RFC 9562) over the cluster and the key. */
export function overlayUid(cluster: ClusterId, key: ObjectKey): string {
  const bytes = createHash('sha256')
    .update(`${cluster}/${keyText(key)}`)
    .digest()
    .subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** An overlay object as a cluster that never touched it has it. */
export function inCluster(object: OverlayObject, cluster: ClusterId, { at, revision }: Birth): StoredObject {
  const { group, resource, namespace, name, labels, fields, stamp } = object;
  const uid = overlayUid(cluster, object);
  return { group, resource, namespace, name, uid, revision, labels, fields, stamp, body: object.body({ cluster, uid, createdAt: at }) };
}

/** The objects of a release by key, and in order by resource. */
export class OverlayRelease {
  readonly byKey: ReadonlyMap<string, OverlayObject>;
  readonly #byResource = new Map<string, OverlayObject[]>();

  constructor(objects: readonly OverlayObject[]) {
    this.byKey = new Map(objects.map((object) => [keyText(object), object]));
    for (const object of [...objects].sort(comparePositions)) {
      const resource = `${object.group}/${object.resource}`;
      this.#byResource.set(resource, [...(this.#byResource.get(resource) ?? []), object]);
    }
  }

  /** Of which resources it has objects. */
  get resources(): { group: string; resource: string }[] {
    return [...this.#byResource.values()].flatMap(([first]) =>
      first === undefined ? [] : [{ group: first.group, resource: first.resource }],
    );
  }

  ofResource({ group, resource }: { group: string; resource: string }): readonly OverlayObject[] {
    return this.#byResource.get(`${group}/${resource}`) ?? [];
  }
}
