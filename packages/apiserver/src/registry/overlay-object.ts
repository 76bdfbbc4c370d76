import { formatTime, type KubeObject, parseApiVersion } from '@kajitori/apimachinery';
import { type Kind, kindOf } from '@kajitori/kinds';
import { applyDefaults } from '@kajitori/schema';
import type { OverlayObject } from '@kajitori/storage';
import { bodyOf } from './item.ts';
import { toStored } from './stored.ts';

/** An object that every cluster has, as storage's overlay keeps it: defaulted once, its body stamped for each cluster. */
export function overlayObject(object: KubeObject): OverlayObject {
  const kind = kindOfObject(object);
  const draft = structuredClone(object);
  applyDefaults(kind.schema.schema, draft);
  kind.strategy.defaults?.(draft);
  kind.strategy.prepareForCreate?.(draft);
  if (kind.strategy.generation) draft.metadata.generation = 1;
  const { group, resource, namespace, name, labels, fields, stamp } = toStored(kind, draft);
  return {
    group,
    resource,
    namespace,
    name,
    labels,
    fields,
    stamp,
    body: ({ uid, createdAt }) =>
      bodyOf(kind, {
        ...draft,
        metadata: {
          ...draft.metadata,
          uid,
          creationTimestamp: formatTime(createdAt),
        },
      }),
  };
}

function kindOfObject({ apiVersion, kind: name, metadata }: KubeObject): Kind {
  const gv = parseApiVersion(apiVersion);
  const kind = gv === undefined ? undefined : kindOf({ ...gv, kind: name });
  if (kind === undefined)
    throw new Error(`the catalogue has no ${apiVersion} ${name}, of which every cluster should have ${metadata.name ?? ''}`);
  return kind;
}
