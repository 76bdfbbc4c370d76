import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { Accounts } from '@kajitori/accounts';
import { type Clock, type ClusterId, systemClock } from '@kajitori/apimachinery';
import type { FrontProxy } from '@kajitori/apiserver';

/** The name that `extension-apiserver-authentication` allows. */
const subject = { commonName: 'front-proxy-client' };
const lifetimeDays = 30;
const renewalMilliseconds = 20 * 86_400_000;
/** Making one anew costs some milliseconds. */
const heldMax = 200;

interface Held {
  madeAt: number;
  certificate: Promise<{ cert: string; key: string }>;
}

/** What this process shows to aggregated servers: a certificate of the front-proxy authority of their own cluster, with a key that never leaves it. */
export class FrontProxyCertificates implements FrontProxy {
  readonly #authorities: Accounts['certificates'];
  readonly #clock: Clock;
  readonly #held = new Map<ClusterId, Held>();

  constructor(authorities: Accounts['certificates'], clock: Clock = systemClock) {
    this.#authorities = authorities;
    this.#clock = clock;
  }

  certificate(cluster: ClusterId): Promise<{ cert: string; key: string }> {
    const now = this.#clock.now().getTime();
    const held = this.#held.get(cluster);
    if (held !== undefined && now - held.madeAt < renewalMilliseconds) return held.certificate;
    const made: Held = { madeAt: now, certificate: this.#make(cluster) };
    this.#held.delete(cluster);
    this.#held.set(cluster, made);
    made.certificate.catch(() => {
      if (this.#held.get(cluster) === made) this.#held.delete(cluster);
    });
    const oldest = this.#held.keys().next();
    if (this.#held.size > heldMax && oldest.done !== true) this.#held.delete(oldest.value);
    return made.certificate;
  }

  async #make(cluster: ClusterId): Promise<{ cert: string; key: string }> {
    const { publicKey, privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
    const cert = await this.#authorities.frontProxyCertificate(cluster, { subject, publicKey, days: lifetimeDays });
    return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  }
}
