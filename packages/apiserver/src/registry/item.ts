import { apiVersionOf, type KubeObject } from '@kajitori/apimachinery';
import type { Kind } from '@kajitori/kinds';
import type { Revision } from '@kajitori/storage';

/**
 * An object as it lies: JSON text without its resourceVersion, which is known only after the commit and is spliced in
 * when the text is served. All bodies start with the same prefix, so that the splice needs no parsing.
 */
export class Item {
  readonly kind: Kind;
  readonly body: string;
  /** Undefined for the result of a dry run of a create. */
  readonly revision: Revision | undefined;
  #object: KubeObject | undefined;

  constructor(kind: Kind, body: string, revision: Revision | undefined) {
    this.kind = kind;
    this.body = body;
    this.revision = revision;
  }

  /** What a client receives. */
  get json(): string {
    if (this.revision === undefined) return this.body;
    const at = bodyPrefix(this.kind).length;
    return `${this.body.slice(0, at)}"resourceVersion":"${this.revision}",${this.body.slice(at)}`;
  }

  /** Parsed once and shared: never change it. */
  get object(): KubeObject {
    this.#object ??= this.draft();
    return this.#object;
  }

  /** A fresh copy for a writer to change. */
  draft(): KubeObject {
    return JSON.parse(this.json) as KubeObject;
  }
}

const prefixes = new WeakMap<Kind, string>();

function bodyPrefix(kind: Kind): string {
  let prefix = prefixes.get(kind);
  if (prefix === undefined) {
    prefix = `{"kind":${JSON.stringify(kind.kind)},"apiVersion":${JSON.stringify(apiVersionOf(kind))},"metadata":{`;
    prefixes.set(kind, prefix);
  }
  return prefix;
}

/** The text that storage keeps for an object. Its metadata is never empty: every stored object has a name and a uid. */
export function bodyOf(kind: Kind, object: KubeObject): string {
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = object;
  const { resourceVersion: _resourceVersion, ...kept } = metadata;
  return JSON.stringify({ kind: kind.kind, apiVersion: apiVersionOf(kind), metadata: kept, ...rest });
}
