import type { ClusterId } from '@kajitori/apimachinery';

/** An audit.k8s.io/v1 Event with what it is found by. */
export interface AuditRow {
  cluster: ClusterId;
  at: string;
  username: string;
  verb: string;
  /** `pods`, `pods/exec`; empty for paths that name none. */
  resource: string;
  namespace: string;
  name: string;
  event: Readonly<Record<string, unknown>>;
}

/** Where audit logs and their policies lie. */
export interface AuditStore {
  /** What was set for the cluster; undefined: nothing. */
  policyOf(cluster: ClusterId): Promise<unknown>;
  append(rows: readonly AuditRow[]): Promise<void>;
}

/** What the parts that serve a request note for its event, where it has one. */
export interface AuditNotes {
  readonly annotations: Map<string, string>;
  /** The object's, where only the body or the answer names it. */
  name?: string | undefined;
}
