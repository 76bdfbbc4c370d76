import { randomUUID } from 'node:crypto';

declare const brand: unique symbol;
/** A string that only code which checked it may call by this name. */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Identifies one tenant cluster, for ever: `c-` and 20 characters of [a-z0-9]. Not a secret. */
export type ClusterId = Branded<'ClusterId'>;
/** `metadata.uid`: an RFC 4122 UUID in lower case. */
export type Uid = Branded<'Uid'>;

const clusterIdForm = /^c-[a-z0-9]{20}$/;

export function isClusterId(text: string): text is ClusterId {
  return clusterIdForm.test(text);
}

/** @throws TypeError when the text is not of a cluster id's form. */
export function clusterId(text: string): ClusterId {
  if (!isClusterId(text)) throw new TypeError(`not a cluster id: ${JSON.stringify(text)}`);
  return text;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** `length` characters of [a-z0-9], uniformly drawn from the system's secure source. */
export function randomName(length: number): string {
  let out = '';
  while (out.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length * 2))) {
      if (byte < 252 && out.length < length) out += alphabet[byte % 36];
    }
  }
  return out;
}

export function newClusterId(): ClusterId {
  return `c-${randomName(20)}` as ClusterId;
}

export function newUid(): Uid {
  return randomUUID() as Uid;
}
