import { describe, expect, it } from 'vitest';
import { isSecretToken, newSecretToken, secretTokenHash, secretTokenHint } from './secret-token.ts';

describe('secret tokens', () => {
  it('recognises its own and no other kind', () => {
    const token = newSecretToken('apiKey');
    expect(isSecretToken('apiKey', token)).toBe(true);
    expect(isSecretToken('joinToken', token)).toBe(false);
  });

  it('refuses a token with any one character changed', () => {
    const token = newSecretToken('nodeCredential');
    for (let at = 0; at < token.length; at += 1) {
      const other = token[at] === 'a' ? 'b' : 'a';
      expect(isSecretToken('nodeCredential', token.slice(0, at) + other + token.slice(at + 1))).toBe(false);
    }
  });

  it('shows only the beginning', () => {
    const token = newSecretToken('joinToken');
    expect(secretTokenHint(token)).toMatch(/^kjj_[a-z0-9]{8}$/);
    expect(secretTokenHash(token)).toMatch(/^[0-9a-f]{64}$/);
  });
});
