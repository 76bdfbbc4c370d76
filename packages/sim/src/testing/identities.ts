import { AccountsError } from '@kajitori/accounts';
import { type ClusterId, newSecretToken, secretTokenHash } from '@kajitori/apimachinery';
import type { NodeIdentity, NodePrincipal } from '@kajitori/gateway';

/** Accounts in memory, as far as nodes go. */
export class Identities implements NodeIdentity {
  readonly tokens = new Map<string, { cluster: ClusterId; uses: number }>();
  readonly byHash = new Map<string, NodePrincipal>();
  readonly dead = new Set<string>();

  joinToken(cluster: ClusterId, uses = 1): string {
    const token = newSecretToken('joinToken');
    this.tokens.set(token, { cluster, uses });
    return token;
  }

  credential(cluster: ClusterId, nodeName: string): string {
    const credential = newSecretToken('nodeCredential');
    this.#add(cluster, nodeName, secretTokenHash(credential));
    return credential;
  }

  #add(clusterId: ClusterId, nodeName: string, hash: string): NodePrincipal {
    const principal = { credentialId: `nc_${this.byHash.size}`, organizationId: 'o', clusterId, nodeName } as unknown as NodePrincipal;
    this.byHash.set(hash, principal);
    return principal;
  }

  async checkJoinToken(token: string): Promise<object | undefined> {
    return (this.tokens.get(token)?.uses ?? 0) > 0 ? {} : undefined;
  }

  async join({ token, nodeName, credentialHash }: { token: string; nodeName: string; credentialHash: string }): Promise<NodePrincipal> {
    const known = this.tokens.get(token);
    if (known === undefined || known.uses === 0) throw new AccountsError('unauthenticated', 'used up', 'Make another.');
    if ([...this.byHash.values()].some((other) => other.clusterId === known.cluster && other.nodeName === nodeName))
      throw new AccountsError('conflict', 'the name is taken', 'Choose another.');
    known.uses -= 1;
    return this.#add(known.cluster, nodeName, credentialHash);
  }

  async authenticate(credential: string): Promise<NodePrincipal | undefined> {
    const principal = this.byHash.get(secretTokenHash(credential));
    return principal === undefined || this.dead.has(principal.credentialId) ? undefined : principal;
  }

  async rotate(node: NodePrincipal, hash: string): Promise<NodePrincipal> {
    return this.#add(node.clusterId, node.nodeName, hash);
  }

  async endReplaced(): Promise<void> {}

  async ended(credentials: readonly NodePrincipal['credentialId'][]): Promise<NodePrincipal['credentialId'][]> {
    return credentials.filter((id) => this.dead.has(id));
  }
}
