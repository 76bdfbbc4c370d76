import { type ClusterStorage, isRefusal, type NewObject, type StoredObject } from '../storage.ts';
import { appliedRelease } from './departures.ts';
import { inCluster, type Overlay, OverlayRelease } from './overlay.ts';

/** Brings a cluster from the release that it has to the newest. What its users changed stays as they made it. */
export interface UpgradeParts {
  inner: ClusterStorage;
  /** The same cluster with its overlay. */
  storage: ClusterStorage;
  overlay: Overlay;
}

const note = { ...appliedRelease, namespace: '', name: 'applied' };
const noteStamp = { version: 'v1', schemaHash: '' };

export async function upgradeCluster({ inner, storage, overlay }: UpgradeParts): Promise<number> {
  const birth = await inner.birth();
  if (birth.overlayVersion >= overlay.newest) return 0;
  const applied = await inner.get(note);
  const version = applied === undefined ? birth.overlayVersion : Number(applied.body);
  if (version >= overlay.newest) return 0;
  const [from, to] = [version, overlay.newest].map((release) => new OverlayRelease(release === 0 ? [] : overlay.release(release)));
  let written = 0;
  for (const key of new Set([...(from?.byKey.keys() ?? []), ...(to?.byKey.keys() ?? [])])) {
    const [old, fresh] = [from, to].map((release) => {
      const object = release?.byKey.get(key);
      return object === undefined ? undefined : inCluster(object, inner.id, birth);
    });
    if (await bring(storage, old, fresh)) written += 1;
  }
  // Last, so that an upgrade that died half-way is run again; what it wrote is then as the new release wants it.
  const object = { ...note, uid: note.name, body: String(overlay.newest), labels: {}, fields: {}, stamp: noteStamp };
  await inner.write([applied === undefined ? { type: 'create', object } : { type: 'update', object, expectedRevision: applied.revision }]);
  return written;
}

/** False when there was nothing to do, or somebody has changed the object. */
async function bring(storage: ClusterStorage, old: StoredObject | undefined, fresh: StoredObject | undefined): Promise<boolean> {
  if (old === undefined) return fresh !== undefined && !isRefusal(await storage.write([{ type: 'create', object: asNew(fresh) }]));
  if (fresh !== undefined && isSame(old, fresh)) return false;
  const current = await storage.get(old);
  if (current === undefined || !isSame(current, old)) return false;
  const { revision: expectedRevision, uid } = current;
  const key = { group: old.group, resource: old.resource, namespace: old.namespace, name: old.name };
  const operation =
    fresh === undefined
      ? ({ type: 'delete', key, uid, expectedRevision } as const)
      : ({ type: 'update', object: asNew(fresh), expectedRevision } as const);
  return !isRefusal(await storage.write([operation]));
}

function asNew({ group, resource, namespace, name, uid, body, labels, fields, stamp }: StoredObject): NewObject {
  return { group, resource, namespace, name, uid, body, labels, fields, stamp };
}

function isSame(one: StoredObject, other: StoredObject): boolean {
  return one.body === other.body && one.uid === other.uid;
}
