import { apiVersionOf, type ClusterId, formatSelector, type KubeObject, parseApiVersion, selectorOf } from '@kajitori/apimachinery';
import { type Kind, kindOf, type ParamKind, type ParamRef } from '@kajitori/kinds';
import type { Storage } from '@kajitori/storage';
import { keyOf, storedKind, toItem } from '../../registry/stored.ts';
import type { DynamicServices } from '../dynamic/dynamic-services.ts';
import type { OwnKinds } from '../dynamic/equivalents.ts';
import { clusterOfKey, FreshCache } from '../../fresh-cache/fresh-cache.ts';

/** Choices of parameters that are held at once, over all clusters. */
const choicesMax = 5_000;
/** Most objects that a selector may choose: the policy runs once for each. */
const chosenMax = 500;

interface Choice {
  cluster: ClusterId;
  kind: Kind;
  namespace: string;
  ref: ParamRef;
}

/** A binding's parameters cannot be had; the policy's failure policy decides what that means. */
export class ParamError extends Error {
  override readonly name = 'ParamError';
}

/** The objects that parameterize policies: of any kind that the cluster serves, at most a second old. */
export class ParamSource {
  readonly #storage: Storage;
  readonly #ownKinds: OwnKinds;
  readonly #storageFor: DynamicServices['storageFor'];
  readonly #held = new FreshCache<string, readonly KubeObject[]>({ entriesMax: choicesMax, ownerOf: clusterOfKey });

  constructor({ storage, ownKinds, storageFor }: Pick<DynamicServices, 'storage' | 'ownKinds' | 'storageFor'>) {
    this.#storageFor = storageFor;
    this.#storage = storage;
    this.#ownKinds = ownKinds;
  }

  /**
   * With which parameters a policy runs for a request in this namespace (empty: none). One null without any; none at all when nothing
   * was found and the binding allows that. @throws ParamError in Kubernetes' words.
   */
  async paramsFor(
    cluster: ClusterId,
    paramKind: ParamKind | undefined,
    ref: ParamRef | undefined,
    namespace: string,
  ): Promise<readonly (KubeObject | null)[]> {
    if (paramKind === undefined || ref === undefined) return [null];
    const kind = await this.#kindOf(cluster, paramKind);
    if (kind === undefined) throw new ParamError(`paramKind kind \`${gvkText(paramKind)}\` not known`);
    const found = await this.#chosen({ cluster, kind, namespace: namespaceOf(kind, ref, namespace), ref });
    if (found.length === 0 && ref.parameterNotFoundAction === 'Deny') {
      throw new ParamError('no params found for policy binding with `Deny` parameterNotFoundAction');
    }
    return found;
  }

  async #kindOf(cluster: ClusterId, { apiVersion = '', kind = '' }: ParamKind): Promise<Kind | undefined> {
    const gv = parseApiVersion(apiVersion);
    if (gv === undefined) return undefined;
    const builtIn = kindOf({ ...gv, kind });
    if (builtIn !== undefined) return builtIn.stored ? builtIn : undefined;
    for (const own of await this.#ownKinds(cluster)) {
      if (own.group === gv.group && own.version === gv.version && own.kind === kind) return own;
    }
    return undefined;
  }

  async #chosen(choice: Choice): Promise<readonly KubeObject[]> {
    const { cluster, kind, namespace, ref } = choice;
    const what = ref.name !== undefined && ref.name !== '' ? `=${ref.name}` : `~${formatSelector(selectorOf(ref.selector) ?? [])}`;
    const key = `${cluster}|${apiVersionOf(kind)}|${kind.plural}|${namespace}|${what}`;
    return this.#held.get(key, () => this.#load(choice));
  }

  async #load({ cluster, kind, namespace, ref }: Choice): Promise<readonly KubeObject[]> {
    const storage = this.#storageFor(this.#storage.cluster(cluster), kind);
    if (ref.name !== undefined && ref.name !== '') {
      const stored = await storage.get(keyOf(kind, namespace, ref.name));
      return stored === undefined ? [] : [toItem(kind, stored).object];
    }
    const { group, plural: resource } = storedKind(kind);
    const scope = kind.namespaced ? { namespace } : {};
    const { objects, next } = await storage.list({ group, resource, ...scope, labels: selectorOf(ref.selector) ?? [], limit: chosenMax });
    // To leave some out would be to let pass what they forbid.
    if (next !== undefined) throw new ParamError(`the selector of paramRef chooses more than ${chosenMax} objects`);
    return objects.map((stored) => toItem(kind, stored).object);
  }
}

function namespaceOf({ namespaced }: Kind, { namespace = '' }: ParamRef, requested: string): string {
  if (!namespaced) {
    if (namespace !== '') throw new ParamError('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
    return '';
  }
  if (namespace !== '') return namespace;
  if (requested === '') throw new ParamError('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources');
  return requested;
}

function gvkText({ apiVersion = '', kind = '' }: ParamKind): string {
  return `${apiVersion}, Kind=${kind}`;
}
