import { createPublicKey, type KeyObject } from 'node:crypto';
import { type Clock, type ClusterId, ShortLivedCache } from '@kajitori/apimachinery';
import type { KeyOwner, PlatformKeys } from '../platform/platform-keys.ts';
import { issueCertificate, type Issuer, pinOf, type Subject } from './certificate.ts';

const dayMilliseconds = 86_400_000;
const authorityDays = 3650;
const servingDays = 90;
/** A served certificate is made anew while this much of its life is left. */
const servingRenewalDays = 30;
/** Clocks of clients may be behind ours. */
const backdateMilliseconds = 3_600_000;
const orderBackdateMilliseconds = 300_000;
/** Making one anew costs less than a millisecond. */
const maxServingCertificates = 200;
/** One is a key and a certificate, which the database would have to give again. */
const maxClusterAuthorities = 200;
const authorityCacheMilliseconds = 3_600_000;

export interface ServingCertificate {
  /** PEM: what tls.createSecureContext takes. */
  cert: string;
  key: string;
  /** Ask again from here on. */
  renewAt: Date;
}

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

interface Authority {
  privateKey: KeyObject;
  certificate: string;
}

/**
 * The three kinds of authorities: the platform's, which vouches for our servers; a cluster's for its clients; a
 * cluster's for its front proxy. A credential of one is never verified with another's key. Each is made on first use.
 */
export class CertificateAuthorities {
  readonly #keys: PlatformKeys;
  readonly #clock: Clock;
  readonly #clusterAuthorities = new ShortLivedCache<string, Authority>({
    maxAgeMilliseconds: authorityCacheMilliseconds,
    maxEntries: maxClusterAuthorities,
  });
  readonly #serving = new Map<string, ServingCertificate>();
  #platform: Promise<Authority> | undefined;
  #servingKey: Promise<KeyObject> | undefined;

  constructor(keys: PlatformKeys, clock: Clock) {
    this.#keys = keys;
    this.#clock = clock;
  }

  /** The certificate, in PEM, that clients of our servers trust; kubeconfigs carry it. */
  async servingAuthority(): Promise<string> {
    return (await this.#platformAuthority()).certificate;
  }

  /** What `curl --pinnedpubkey` takes: the one key behind all our serving certificates, of all processes. */
  async servingPin(): Promise<string> {
    return pinOf((await this.servingCertificate(['localhost'])).cert);
  }

  /** A certificate for a server of ours: DNS names and addresses. Made once for a set of names, then remembered. */
  async servingCertificate(names: readonly string[]): Promise<ServingCertificate> {
    const id = [...names].sort().join(' ');
    const known = this.#serving.get(id);
    const now = this.#clock.now().getTime();
    if (known !== undefined && now < known.renewAt.getTime()) return known;
    const [authority, key] = await Promise.all([this.#platformAuthority(), this.#sharedServingKey()]);
    const [commonName = 'kajitori'] = names;
    const subject = { commonName: commonName.slice(0, 64) };
    const cert = issueCertificate(
      { subject, publicKey: createPublicKey(key), usage: { type: 'server', names }, ...validity(now, servingDays) },
      authority,
    );
    const renewAt = new Date(now + (servingDays - servingRenewalDays) * dayMilliseconds);
    const made = { cert, key: key.export({ type: 'pkcs8', format: 'pem' }).toString(), renewAt };
    this.#remember(id, made);
    return made;
  }

  /** The certificate that a cluster's client certificates are verified with. */
  async clientAuthority(cluster: ClusterId): Promise<string> {
    return (await this.#clusterAuthority(cluster, 'client-ca')).certificate;
  }

  /** Signs a client's key: Kubernetes reads the common name as the user, the organizations as the groups. */
  async clientCertificate(cluster: ClusterId, request: { subject: Subject; publicKey: KeyObject; days: number }): Promise<string> {
    const authority = await this.#clusterAuthority(cluster, 'client-ca');
    return this.#signClient(authority, request);
  }

  /** A certificate on request: for a client of the cluster, or for a server that its clients reach. Never longer than the authority's own. */
  async orderedCertificate(cluster: ClusterId, order: CertificateOrder): Promise<string> {
    const { commonName, organizations, publicKey, notAfter, keyEncipherment, serverNames } = order;
    const authority = await this.#clusterAuthority(cluster, 'client-ca');
    const now = this.#clock.now().getTime();
    return issueCertificate(
      {
        subject: { commonName, organizations },
        publicKey,
        usage: serverNames === undefined ? { type: 'client', keyEncipherment } : { type: 'server', names: serverNames, keyEncipherment },
        notBefore: new Date(now - orderBackdateMilliseconds),
        notAfter,
      },
      authority,
    );
  }

  /** The certificate that aggregated API servers of a cluster verify our front proxy with. */
  async frontProxyAuthority(cluster: ClusterId): Promise<string> {
    return (await this.#clusterAuthority(cluster, 'front-proxy-ca')).certificate;
  }

  async frontProxyCertificate(cluster: ClusterId, request: { subject: Subject; publicKey: KeyObject; days: number }): Promise<string> {
    const authority = await this.#clusterAuthority(cluster, 'front-proxy-ca');
    return this.#signClient(authority, request);
  }

  #signClient(issuer: Issuer, { subject, publicKey, days }: { subject: Subject; publicKey: KeyObject; days: number }): string {
    const now = this.#clock.now().getTime();
    return issueCertificate({ subject, publicKey, usage: { type: 'client' }, ...validity(now, days) }, issuer);
  }

  #remember(id: string, certificate: ServingCertificate): void {
    this.#serving.delete(id);
    this.#serving.set(id, certificate);
    const [oldest] = this.#serving.keys();
    if (this.#serving.size > maxServingCertificates && oldest !== undefined) this.#serving.delete(oldest);
  }

  #sharedServingKey(): Promise<KeyObject> {
    return (this.#servingKey ??= forgetFailure(
      this.#keys.signingKey('platform', 'serving').then(({ privateKey }) => privateKey),
      () => (this.#servingKey = undefined),
    ));
  }

  #platformAuthority(): Promise<Authority> {
    return (this.#platform ??= forgetFailure(
      this.#authority('platform', 'serving-ca', 'kajitori serving authority'),
      () => (this.#platform = undefined),
    ));
  }

  #clusterAuthority(cluster: ClusterId, purpose: 'client-ca' | 'front-proxy-ca'): Promise<Authority> {
    return this.#clusterAuthorities.get(`${cluster} ${purpose}`, () =>
      this.#authority(cluster, purpose, `kajitori ${purpose.replace('-ca', ' authority')} of ${cluster}`),
    );
  }

  async #authority(owner: KeyOwner, purpose: 'serving-ca' | 'client-ca' | 'front-proxy-ca', commonName: string): Promise<Authority> {
    const { privateKey, certificate } = await this.#keys.signingKey(owner, purpose, (pair) =>
      issueCertificate(
        {
          subject: { commonName },
          publicKey: pair.publicKey,
          usage: { type: 'authority' },
          ...validity(this.#clock.now().getTime(), authorityDays),
        },
        pair,
      ),
    );
    if (certificate === undefined) throw new Error(`the ${purpose} of ${owner} was stored without its certificate`);
    return { privateKey, certificate };
  }
}

function validity(now: number, days: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(now - backdateMilliseconds), notAfter: new Date(now + days * dayMilliseconds) };
}

/** A promise that is kept for later callers, unless it fails. */
function forgetFailure<T>(promise: Promise<T>, forget: () => void): Promise<T> {
  promise.catch(forget);
  return promise;
}
