import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/**
 * Seals small secrets before they are stored. `context` says what the secret is and whose; opening with another context
 * fails, so a sealed value cannot be moved from one row to another.
 */
export interface KeyWrapper {
  seal(secret: Uint8Array, context: string): Promise<Uint8Array>;
  /** @throws Error when the value was sealed by another key or for another context, or was changed. */
  open(sealed: Uint8Array, context: string): Promise<Uint8Array>;
}

const masterKeyBytes = 32;
const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM under a master key of 32 bytes: version, nonce, tag, ciphertext. A KMS can stand in its place. */
export function masterKeyWrapper(masterKey: Uint8Array): KeyWrapper {
  if (masterKey.byteLength !== masterKeyBytes)
    throw new Error(`the master key must have ${masterKeyBytes} bytes, not ${masterKey.byteLength}`);
  return {
    async seal(secret, context) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', masterKey, nonce, { authTagLength: tagBytes });
      cipher.setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(secret), cipher.final()]);
      return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), body]);
    },
    async open(sealed, context) {
      const bytes = Buffer.from(sealed);
      if (bytes[0] !== version || bytes.byteLength < 1 + nonceBytes + tagBytes)
        throw new Error(`the sealed ${context} is not of a known form`);
      const tagAt = 1 + nonceBytes;
      const decipher = createDecipheriv('aes-256-gcm', masterKey, bytes.subarray(1, tagAt), { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(bytes.subarray(tagAt, tagAt + tagBytes));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(tagAt + tagBytes)), decipher.final()]);
      } catch (cause) {
        throw new Error(`cannot open the sealed ${context}: is MASTER_KEY_FILE the one that it was sealed with?`, { cause });
      }
    },
  };
}
