/**
 * How the control plane's processes know one another: a short-lived proof, made with a key that all derive from the same master key.
 * A proof names the instance that it is for, so that one that leaks opens no other, and for no longer than a minute.
 */
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

export const relayProofSeconds = 60;

export function relayKey(masterKey: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', masterKey, new Uint8Array(), 'kajitori stream relay', 32));
}

function mac(key: Uint8Array, instance: string, seconds: string, nonce: string): Buffer {
  return createHmac('sha256', key)
    .update(JSON.stringify([instance, seconds, nonce]))
    .digest();
}

/** A proof for a connection to `instance`, as the value of an Authorization header. */
export function relayProof(key: Uint8Array, instance: string, now: Date): string {
  const seconds = String(Math.floor(now.getTime() / 1000));
  const nonce = randomBytes(12).toString('base64url');
  return `Relay ${seconds}.${nonce}.${mac(key, instance, seconds, nonce).toString('base64url')}`;
}

export function isRelayProof(key: Uint8Array, instance: string, header: string | undefined, now: Date): boolean {
  const [, seconds = '', nonce = '', told = ''] = /^Relay (\d{1,12})\.([\w-]{16})\.([\w-]{43})$/.exec(header ?? '') ?? [];
  if (seconds === '' || Math.abs(now.getTime() / 1000 - Number(seconds)) > relayProofSeconds) return false;
  return timingSafeEqual(Buffer.from(told, 'base64url'), mac(key, instance, seconds, nonce));
}
