import type { ClusterId } from '@kajitori/apimachinery';
import type { UserInfo } from '@kajitori/client';
import type { Kind } from '@kajitori/kinds';
import type { ClusterStorage } from '@kajitori/storage';

/**
 * One authenticated request for a resource of one cluster. It is made once, at the edge (HTTP or in process), and goes
 * through authorization, admission and the registry unchanged but for `warnings`.
 */
export interface Call {
  readonly cluster: ClusterId;
  readonly storage: ClusterStorage;
  readonly user: UserInfo;
  /** Kubernetes' request verb: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`. */
  readonly verb: string;
  readonly kind: Kind;
  /** Empty at the cluster scope, and for all namespaces. */
  readonly namespace: string;
  /** Empty when the collection is meant. */
  readonly name: string;
  readonly subresource: string;
  /** Run everything, persist nothing. */
  readonly dryRun: boolean;
  /** Under which name the caller owns the fields that it writes. */
  readonly fieldManager: string;
  /** Gathered on the way; each becomes a `Warning: 299` header. */
  readonly warnings: string[];
  /** What admission notes for the audit log, where somebody writes one: a value by its annotation's key. */
  readonly auditAnnotations?: Map<string, string>;
}

/** How messages name the call's resource. */
export function groupResourceOf(kind: Kind): { group: string; resource: string } {
  return { group: kind.group, resource: kind.plural };
}
