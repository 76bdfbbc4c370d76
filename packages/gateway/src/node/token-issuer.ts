import type { TokenRequest as TokenMessage, TokenResult } from '@kajitori/agent-protocol';
import { forbidden, isStatusError, type KubeObject } from '@kajitori/apimachinery';
import type { ClusterClient, ResourceClient } from '@kajitori/client';
import { type Pod, type ServiceAccount, serviceAccounts, type TokenRequest } from '@kajitori/kinds';

/** Gets ServiceAccount tokens for a node's pods. A node gets them only for accounts that its own pods run as, bound to those pods. */
export class TokenIssuer {
  readonly #accounts: ResourceClient<ServiceAccount & KubeObject>;
  readonly #followed: (namespace: string, name: string) => Pod | undefined;

  constructor(client: ClusterClient, followed: (namespace: string, name: string) => Pod | undefined) {
    this.#accounts = client.resource(serviceAccounts);
    this.#followed = followed;
  }

  async issue(request: TokenMessage): Promise<TokenResult> {
    const { id, namespace, serviceAccountName, audiences, expirationSeconds } = request;
    try {
      this.#authorize(request);
      const { status } = await this.#accounts.post<TokenRequest & KubeObject>(namespace, serviceAccountName, 'token', {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        metadata: {},
        spec: {
          audiences,
          expirationSeconds,
          boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: request.pod.name, uid: request.pod.uid },
        },
      });
      return { type: 'tokenResult', id, token: status?.token, expirationTimestamp: status?.expirationTimestamp };
    } catch (error) {
      if (!isStatusError(error)) throw error;
      return { type: 'tokenResult', id, error: { reason: error.reason, message: error.message } };
    }
  }

  #authorize({ namespace, serviceAccountName, pod }: TokenMessage): void {
    const known = this.#followed(namespace, pod.name);
    const runsAs = known?.spec.serviceAccountName ?? 'default';
    if (known?.metadata.uid === pod.uid && runsAs === serviceAccountName) return;
    throw forbidden({ group: '', resource: 'serviceaccounts' }, serviceAccountName, 'no pod of this node runs as it');
  }
}
