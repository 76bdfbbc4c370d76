import { type ClusterId, isClusterId } from '@kajitori/apimachinery';

/**
 * What a job carries: which object of which cluster a controller is to look at. Never the object, which would be
 * old by the time it is read.
 */
export interface ReconcileKey {
  cluster: ClusterId;
  controller: string;
  /** Empty for what is not namespaced. */
  namespace: string;
  /** Empty where the controller works on the cluster as a whole. */
  name: string;
}

/** One text a key, unique: neither cluster, controller nor namespace can hold a slash. */
export function keyText({ cluster, controller, namespace, name }: ReconcileKey): string {
  return `${cluster}/${controller}/${namespace}/${name}`;
}

/** @throws TypeError for a text that `keyText` did not write. */
export function parseKey(text: string): ReconcileKey {
  const match = /^([^/]+)\/([^/]+)\/([^/]*)\/(.*)$/s.exec(text);
  const [, cluster = '', controller = '', namespace = '', name = ''] = match ?? [];
  if (!isClusterId(cluster)) throw new TypeError(`not a reconcile key: ${JSON.stringify(text)}`);
  return { cluster, controller, namespace, name };
}
