import type { ServiceAccountTokenProjection } from '@kajitori/kinds';
import type { NodePod } from '../model/node-pod.ts';

export interface IssuedToken {
  token: string;
  expiresAt: Date;
}

/** Gets a token for a pod's service account from the control plane. */
export type TokenSource = (request: { pod: NodePod; audiences: string[]; expirationSeconds: number }) => Promise<IssuedToken>;

const defaultExpirationSeconds = 3600;
/** A token is renewed when this much of its life is over, as a kubelet does, or when it is a day old. */
const renewAfter = 0.8;
const maxAgeMilliseconds = 86_400_000;

interface Held extends IssuedToken {
  issuedAt: Date;
}

/** The tokens of this node's pods, in memory only, renewed in time. */
export class ServiceAccountTokens {
  readonly #source: TokenSource;
  readonly #held = new Map<string, Held>();

  constructor(source: TokenSource) {
    this.#source = source;
  }

  async tokenFor(
    pod: NodePod,
    { audience, expirationSeconds = defaultExpirationSeconds }: ServiceAccountTokenProjection,
    now: Date,
  ): Promise<string> {
    const key = `${pod.metadata.uid}/${audience ?? ''}/${expirationSeconds}`;
    const held = this.#held.get(key);
    if (held !== undefined && !isOld(held, now)) return held.token;
    try {
      const issued = await this.#source({ pod, audiences: audience === undefined || audience === '' ? [] : [audience], expirationSeconds });
      this.#held.set(key, { ...issued, issuedAt: now });
      return issued.token;
    } catch (error) {
      // An old token that is still good serves until the control plane is back.
      if (held !== undefined && held.expiresAt > now) return held.token;
      throw error;
    }
  }

  forget(podUid: string): void {
    for (const key of this.#held.keys()) if (key.startsWith(`${podUid}/`)) this.#held.delete(key);
  }
}

function isOld({ issuedAt, expiresAt }: Held, now: Date): boolean {
  const age = now.getTime() - issuedAt.getTime();
  return age >= maxAgeMilliseconds || age >= (expiresAt.getTime() - issuedAt.getTime()) * renewAfter;
}
