import type { NodePrincipal } from '@kajitori/accounts';

export type { NodePrincipal };
type NodeCredentialId = NodePrincipal['credentialId'];

/** What the gateway asks of the accounts: who a node is. `packages/accounts` implements it. */
export interface NodeIdentity {
  /** What a join token opens now, undefined when nothing. A join decides for good. */
  checkJoinToken(token: string): Promise<object | undefined>;
  /**
   * Uses a join token for a node whose credential has this hash; the same call again uses nothing.
   * @throws AccountsError `unauthenticated`, `conflict` or `invalid`.
   */
  join(request: { token: string; nodeName: string; credentialHash: string }, requestId: string): Promise<NodePrincipal>;
  /** Whom a credential proves; undefined when it proves nobody. */
  authenticate(credential: string): Promise<NodePrincipal | undefined>;
  /** Announces a node's next credential by its hash; both work for a while. */
  rotate(node: NodePrincipal, credentialHash: string, requestId: string): Promise<NodePrincipal>;
  /** The node has shown this credential: those that it replaced end. */
  endReplaced(node: NodePrincipal): Promise<void>;
  /** Those of these credentials that no longer open anything. */
  ended(credentials: readonly NodeCredentialId[]): Promise<NodeCredentialId[]>;
}
