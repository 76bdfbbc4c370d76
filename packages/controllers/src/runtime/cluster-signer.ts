import type { KeyObject } from 'node:crypto';

/** A certificate that somebody was promised. */
export interface CertificateOrder {
  commonName: string;
  organizations: readonly string[];
  publicKey: KeyObject;
  notAfter: Date;
  /** Whether the key may also wrap others, as RSA's may. */
  keyEncipherment: boolean;
  /** For a server under these DNS names and addresses; absent: for a client. */
  serverNames?: readonly string[];
}

/** What is signed in a cluster's name. The keys stay where they lie. */
export interface ClusterSigner {
  /** The token that says these claims. */
  serviceAccountToken(claims: object): Promise<string>;
  /** PEM, by the authority that the cluster's API knows its clients by. */
  certificate(order: CertificateOrder): Promise<string>;
}
