import { dns1123SubdomainError, type KubeObject } from '@kajitori/apimachinery';
import type { NamedType } from '@kajitori/schema';
import { TokenRequest } from './authentication/index.ts';
import { Scale } from './autoscaling/index.ts';
import type { Kind } from './kind.ts';
import { Eviction } from './policy/index.ts';

/** Kinds that are only the bodies of subresources: they have no collection of their own. */
export const subresourceKinds: readonly Kind[] = [
  bodyKind('autoscaling', 'v1', 'Scale', Scale),
  bodyKind('policy', 'v1', 'Eviction', Eviction),
  bodyKind('authentication.k8s.io', 'v1', 'TokenRequest', TokenRequest),
];

function bodyKind<T extends KubeObject>(group: string, version: string, kind: string, schema: NamedType<T>): Kind {
  return {
    group,
    version,
    kind,
    plural: '',
    singular: kind.toLowerCase(),
    namespaced: true,
    schema,
    verbs: [],
    stored: false,
    strategy: { nameError: dns1123SubdomainError, generation: false, allowUnconditionalUpdate: true },
  };
}
