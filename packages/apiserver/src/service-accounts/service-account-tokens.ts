import { hash } from 'node:crypto';
import { type Clock, type ClusterId, type KubeObject, ShortLivedCache } from '@kajitori/apimachinery';
import type { UserInfo } from '@kajitori/client';
import { type Kind, nodes, pods, secrets, serviceAccounts } from '@kajitori/kinds';
import type { ClusterStorage, Storage } from '@kajitori/storage';
import type { NoteCredential } from '../authentication/authenticator.ts';
import { toItem } from '../registry/stored.ts';
import {
  type KubernetesClaims,
  type LegacyClaims,
  legacyIssuer,
  type ObjectClaim,
  serviceAccountGroups,
  serviceAccountUser,
  type TokenClaims,
} from './token-claims.ts';
import type { TokenKeys } from './token-keys.ts';

/** Whose token it is and for whom it was made. */
export interface KnownToken {
  user: UserInfo;
  audiences: readonly string[];
}

/** A token that was found good a moment ago. */
interface RememberedToken {
  token: KnownToken;
  expiresAtSeconds: number;
  /** From here on it lives longer than its pod asked for. */
  warnAfterSeconds?: number | undefined;
  /** It lies in a Secret and has no end. */
  isLegacy?: true;
}

/** A token of the cluster's own that is not good, and why. */
export class TokenRefusal extends Error {
  override readonly name = 'TokenRefusal';
}

/** A token whose account or pod has gone is taken by this process for so long. */
const freshMilliseconds = 1_500;
const tokensMax = 10_000;
/** Clocks differ: what has ended, or was deleted, this short a time ago still counts. */
const leewaySeconds = 60;
const form = /^[\w-]+\.([\w-]+)\.[\w-]+$/;

/**
 * Tells whose ServiceAccount token a text is. The signature, the times, the account and whatever the token is bound to must all be good, and
 * are looked up again every second and a half while the token is used. Nothing is kept of tokens that nobody sends.
 */
export class ServiceAccountTokens {
  readonly #storage: Storage;
  readonly #keys: TokenKeys;
  readonly #clock: Clock;
  readonly #known = new ShortLivedCache<string, RememberedToken>({
    maxAgeMilliseconds: freshMilliseconds,
    maxEntries: tokensMax,
  });

  constructor({ storage, keys, clock }: { storage: Storage; keys: TokenKeys; clock: Clock }) {
    this.#storage = storage;
    this.#keys = keys;
    this.#clock = clock;
  }

  /** Undefined for what does not even claim to be a token of this cluster. @throws TokenRefusal for one that is not good. */
  async authenticate(cluster: ClusterId, token: string, note?: NoteCredential): Promise<KnownToken | undefined> {
    const claimed = claimedIssuer(token);
    if (claimed === undefined) return undefined;
    const issuer = await this.#keys.issuer(cluster);
    if (issuer === undefined || (claimed !== issuer && claimed !== legacyIssuer)) return undefined;
    const known = await this.#known.get(`${cluster} ${hash('sha256', token, 'base64url')}`, async () => {
      const claims = await this.#keys.verify(cluster, token);
      if (claims === undefined) throw new TokenRefusal('service account token signature is invalid');
      // What this cluster's key signed has the form that this server gave it.
      if ((claims as LegacyClaims).iss === legacyIssuer) {
        const user = await this.#legacy(cluster, token, claims as LegacyClaims);
        return { token: { user, audiences: [issuer] }, expiresAtSeconds: Infinity, isLegacy: true };
      }
      const { aud, exp, 'kubernetes.io': said } = claims as TokenClaims;
      const user = await this.#bound(cluster, claims as TokenClaims);
      return { token: { user, audiences: aud }, expiresAtSeconds: exp, warnAfterSeconds: said.warnafter };
    });
    if (this.#nowSeconds() > known.expiresAtSeconds + leewaySeconds) throw new TokenRefusal('service account token has expired');
    if (note !== undefined) this.#noteAge(known, note);
    return known.token;
  }

  /** What an administrator looks for who wants to be rid of tokens that live too long. */
  #noteAge({ token: { user }, warnAfterSeconds = Infinity, isLegacy }: RememberedToken, note: NoteCredential): void {
    if (isLegacy === true) note('authentication.k8s.io/legacy-token', user.name);
    const seconds = Math.floor(this.#nowSeconds()) - warnAfterSeconds;
    if (seconds > 0) note('authentication.k8s.io/stale-token', `subject: ${user.name}, seconds after warning threshold: ${seconds}`);
  }

  async #bound(cluster: ClusterId, { exp, iat, nbf, jti, 'kubernetes.io': said }: TokenClaims): Promise<UserInfo> {
    const now = this.#nowSeconds();
    if (now < nbf - leewaySeconds) throw new TokenRefusal('service account token is not valid yet');
    if (now > exp + leewaySeconds) throw new TokenRefusal('service account token has expired');
    if (now < iat - leewaySeconds) throw new TokenRefusal('service account token is issued in the future');
    const storage = this.#storage.cluster(cluster);
    const { namespace, serviceaccount, secret, pod, node } = said;
    await Promise.all([
      this.#checkAccount(storage, namespace, serviceaccount),
      ...(secret === undefined ? [] : [this.#checkBound(storage, secrets, namespace, secret)]),
      ...(pod === undefined ? [] : [this.#checkBound(storage, pods, namespace, pod)]),
      // The node of a pod is told, and only a node that the token itself is bound to must be there.
      ...(node === undefined || pod !== undefined ? [] : [this.#checkBound(storage, nodes, '', node)]),
    ]);
    return userOf(said, jti);
  }

  async #checkAccount(storage: ClusterStorage, namespace: string, { name, uid }: ObjectClaim): Promise<void> {
    const account = await read(storage, serviceAccounts, namespace, name);
    if (account === undefined) throw new TokenRefusal(`serviceaccounts "${name}" not found`);
    if (this.#isDeleted(account)) throw new TokenRefusal(`service account ${namespace}/${name} has been deleted`);
    if (account.metadata.uid !== uid) {
      throw new TokenRefusal(`service account UID (${account.metadata.uid ?? ''}) does not match claim (${uid})`);
    }
  }

  async #checkBound(storage: ClusterStorage, kind: object, namespace: string, { name, uid }: ObjectClaim): Promise<void> {
    const object = await read(storage, kind, namespace, name);
    if (object === undefined || this.#isDeleted(object)) throw new TokenRefusal('service account token has been invalidated');
    if (object.metadata.uid === uid) return;
    const what = (kind as Kind).singular;
    throw new TokenRefusal(`${what} UID (${object.metadata.uid ?? ''}) does not match service account ${what} ref claim (${uid})`);
  }

  /** The token in a Secret: good as long as it lies there and its account is the one that it was made for. */
  async #legacy(cluster: ClusterId, token: string, claims: LegacyClaims): Promise<UserInfo> {
    const namespace = claims['kubernetes.io/serviceaccount/namespace'];
    const account = {
      name: claims['kubernetes.io/serviceaccount/service-account.name'],
      uid: claims['kubernetes.io/serviceaccount/service-account.uid'],
    };
    const storage = this.#storage.cluster(cluster);
    const secret = await read(storage, secrets, namespace, claims['kubernetes.io/serviceaccount/secret.name']);
    if (secret === undefined || secret.metadata.deletionTimestamp !== undefined) throw new TokenRefusal('Token has been invalidated');
    const data = secret['data'] as Record<string, string> | undefined;
    if (Buffer.from(data?.['token'] ?? '', 'base64').toString('utf8') !== token) {
      throw new TokenRefusal("Token does not match server's copy");
    }
    await this.#checkAccount(storage, namespace, account);
    return userOf({ namespace, serviceaccount: account }, undefined);
  }

  #isDeleted({ metadata }: KubeObject): boolean {
    const { deletionTimestamp } = metadata;
    return deletionTimestamp !== undefined && Date.parse(deletionTimestamp) / 1000 < this.#nowSeconds() - leewaySeconds;
  }

  #nowSeconds(): number {
    return this.#clock.now().getTime() / 1000;
  }
}

const extraPrefix = 'authentication.kubernetes.io/';

function userOf({ namespace, serviceaccount, pod, node }: KubernetesClaims, id: string | undefined): UserInfo {
  const extra: Record<string, string[]> = {};
  if (id !== undefined) extra[`${extraPrefix}credential-id`] = [`JTI=${id}`];
  if (node !== undefined) {
    extra[`${extraPrefix}node-name`] = [node.name];
    if (node.uid !== '') extra[`${extraPrefix}node-uid`] = [node.uid];
  }
  if (pod !== undefined) {
    extra[`${extraPrefix}pod-name`] = [pod.name];
    extra[`${extraPrefix}pod-uid`] = [pod.uid];
  }
  return {
    name: serviceAccountUser(namespace, serviceaccount.name),
    uid: serviceaccount.uid,
    groups: [...serviceAccountGroups(namespace), 'system:authenticated'],
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

/** What a token says of its issuer, before anything of it is believed. */
function claimedIssuer(token: string): string | undefined {
  const payload = form.exec(token)?.[1];
  if (payload === undefined) return undefined;
  try {
    const { iss } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { iss?: unknown };
    return typeof iss === 'string' ? iss : undefined;
  } catch {
    return undefined;
  }
}

async function read(storage: ClusterStorage, kind: object, namespace: string, name: string): Promise<KubeObject | undefined> {
  const { group, plural: resource } = kind as Kind;
  const stored = await storage.get({ group, resource, namespace, name });
  return stored === undefined ? undefined : toItem(kind as Kind, stored).object;
}
