import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { randomName } from './ids.ts';

/**
 * Bearer secrets that this service hands out: `PREFIX_` + 40 random characters of [a-z0-9] + 7 of checksum.
 * The prefix tells a reader and a secret scanner what leaked; the checksum turns away typing errors and noise before
 * any look-up. Only hashes of them are stored, so a look-up by hash compares nothing that depends on the secret.
 */
export const secretTokenPrefixes = {
  apiKey: 'kjk',
  joinToken: 'kjj',
  nodeCredential: 'kjn',
  invitation: 'kji',
} as const;

export type SecretTokenKind = keyof typeof secretTokenPrefixes;

const bodyLength = 40;
/** Every CRC-32 fits seven digits of base 36. */
const checksumLength = 7;
const shownLength = 8;

export function newSecretToken(kind: SecretTokenKind): string {
  const head = `${secretTokenPrefixes[kind]}_${randomName(bodyLength)}`;
  return head + checksum(head);
}

/** Whether the text has the form and the checksum of this kind of token: says nothing of its being known. */
export function isSecretToken(kind: SecretTokenKind, text: string): boolean {
  const headLength = secretTokenPrefixes[kind].length + 1 + bodyLength;
  if (text.length !== headLength + checksumLength || !text.startsWith(`${secretTokenPrefixes[kind]}_`)) return false;
  const head = text.slice(0, headLength);
  return checksum(head) === text.slice(headLength);
}

/** What may be shown and logged, to tell one token from another: the prefix and the first characters. */
export function secretTokenHint(token: string): string {
  return token.slice(0, token.indexOf('_') + 1 + shownLength);
}

/** SHA-256 in hexadecimal. The tokens carry 200 bits of chance, so a slow hash would add nothing. */
export function secretTokenHash(token: string): string {
  return hash('sha256', token);
}

function checksum(head: string): string {
  return crc32(head).toString(36).padStart(checksumLength, '0');
}
