import { badRequest, formatSelector, invalid, invalidObject, type KubeObject, selectorOf } from '@kajitori/apimachinery';
import type { Kind, ScalePaths } from '@kajitori/kinds';

/** Values at dotted paths such as `spec.replicas`; CRDs write them with a leading dot. */
function valueAt(object: unknown, path: string): unknown {
  let value: unknown = object;
  for (const part of path.replace(/^\./, '').split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** The `autoscaling/v1` Scale of a workload. */
export function scaleOf(kind: Kind, object: KubeObject): KubeObject {
  const paths = pathsOf(kind);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = paths.selectorText(object);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: JSON.parse(JSON.stringify({ name, namespace, uid, resourceVersion, creationTimestamp })) as object,
    spec: { replicas: numberOr(valueAt(object, paths.specReplicas), 0) },
    status: { replicas: numberOr(valueAt(object, paths.statusReplicas), 0), ...(selector === '' ? {} : { selector }) },
  };
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}

function pathsOf(kind: Kind): ScalePaths & { selectorText(object: KubeObject): string } {
  const scale = kind.subresources?.['scale']?.scale;
  if (scale === undefined) throw badRequest(`${kind.plural} have no scale`);
  return { ...scale, selectorText: (object) => selectorText(valueAt(object, scale.selector)) };
}

function selectorText(selector: unknown): string {
  if (typeof selector === 'string') return selector;
  if (typeof selector !== 'object' || selector === null) return '';
  const shape = selector as { matchLabels?: unknown; matchExpressions?: unknown };
  // A ReplicationController's selector is a plain map of labels.
  const plain = shape.matchLabels === undefined && shape.matchExpressions === undefined;
  return formatSelector(selectorOf(plain ? { matchLabels: selector as Record<string, string> } : selector) ?? []);
}

/** The workload with the replicas of a Scale. */
export function withScale(kind: Kind, object: KubeObject, scale: KubeObject): KubeObject {
  const { replicas } = (scale['spec'] ?? {}) as { replicas?: number };
  if (replicas !== undefined && replicas < 0) {
    throw invalidObject({ group: 'autoscaling', kind: 'Scale' }, object.metadata.name ?? '', [
      invalid('spec.replicas', replicas, 'must be greater than or equal to 0'),
    ]);
  }
  const parts = pathsOf(kind).specReplicas.replace(/^\./, '').split('.');
  const last = parts.pop() ?? '';
  let at = object as Record<string, unknown>;
  for (const part of parts) at = (at[part] ??= {}) as Record<string, unknown>;
  at[last] = replicas ?? 0;
  const { resourceVersion, uid } = scale.metadata;
  if (uid !== undefined) object.metadata.uid = uid;
  if (resourceVersion === undefined) delete object.metadata.resourceVersion;
  else object.metadata.resourceVersion = resourceVersion;
  return object;
}
