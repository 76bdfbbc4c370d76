import type { KubeObject } from '@kajitori/apimachinery';

/** What the tokens of ServiceAccounts say, in the form of Kubernetes' (KEP-1205, KEP-4193). Pure. */
export interface TokenClaims {
  aud: string[];
  /** Seconds since 1970, as all times here. */
  exp: number;
  iat: number;
  iss: string;
  jti: string;
  'kubernetes.io': KubernetesClaims;
  nbf: number;
  sub: string;
}

export interface KubernetesClaims {
  namespace: string;
  serviceaccount: ObjectClaim;
  pod?: ObjectClaim;
  node?: ObjectClaim;
  secret?: ObjectClaim;
  /** From here on the token is used longer than was asked for. */
  warnafter?: number;
}

export interface ObjectClaim {
  name: string;
  uid: string;
}

/** The `iss` of tokens that lie in Secrets. */
export const legacyIssuer = 'kubernetes/serviceaccount';

/** What the token in a Secret says: it never ends but with the Secret or the account. */
export interface LegacyClaims {
  iss: typeof legacyIssuer;
  'kubernetes.io/serviceaccount/namespace': string;
  'kubernetes.io/serviceaccount/secret.name': string;
  'kubernetes.io/serviceaccount/service-account.name': string;
  'kubernetes.io/serviceaccount/service-account.uid': string;
  sub: string;
}

/** Pods that ask for this life, as admission writes it into them, get a much longer one and are warned of by `warnafter`. */
export const usualExpirationSeconds = 3607;
const extendedExpirationSeconds = 365 * 24 * 3600;

export interface ClaimsRequest {
  issuer: string;
  id: string;
  now: Date;
  account: KubeObject;
  audiences: readonly string[];
  expirationSeconds: number;
  /** Whether the token is for the cluster's own API alone. */
  forOwnApi: boolean;
  pod?: ObjectClaim;
  node?: ObjectClaim;
  secret?: ObjectClaim;
}

export function tokenClaims({
  now,
  account,
  audiences,
  expirationSeconds,
  forOwnApi,
  pod,
  node,
  secret,
  ...said
}: ClaimsRequest): TokenClaims {
  const { namespace = '', name = '', uid = '' } = account.metadata;
  const seconds = Math.floor(now.getTime() / 1000);
  const extended = pod !== undefined && expirationSeconds === usualExpirationSeconds && forOwnApi;
  return {
    aud: [...audiences],
    exp: seconds + (extended ? extendedExpirationSeconds : expirationSeconds),
    iat: seconds,
    iss: said.issuer,
    jti: said.id,
    'kubernetes.io': {
      namespace,
      ...(node === undefined ? {} : { node }),
      ...(pod === undefined ? {} : { pod }),
      ...(secret === undefined ? {} : { secret }),
      serviceaccount: { name, uid },
      ...(extended ? { warnafter: seconds + expirationSeconds } : {}),
    },
    nbf: seconds,
    sub: serviceAccountUser(namespace, name),
  };
}

export const serviceAccountUser = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`;

export const serviceAccountGroups = (namespace: string): string[] => ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
