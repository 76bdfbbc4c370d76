import { execFileSync } from 'node:child_process';
import { X509Certificate, createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { authorityFor, parsePin } from './trust.ts';

/** An authority, and a server's certificate signed by it. */
function certificates(): { ca: string; chain: string; key: string } {
  const directory = mkdtempSync(join(tmpdir(), 'trust-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const at = (name: string): string => join(directory, name);
  const openssl = (...words: string[]): void => void execFileSync('openssl', words, { stdio: 'ignore' });
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...fresh, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-subj', '/CN=authority', '-days', '2');
  openssl('req', ...fresh, '-keyout', at('key'), '-out', at('csr'), '-subj', '/CN=localhost');
  writeFileSync(at('ext'), 'subjectAltName=IP:127.0.0.1');
  openssl(
    'x509',
    '-req',
    '-in',
    at('csr'),
    '-CA',
    at('ca.pem'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-out',
    at('pem'),
    '-days',
    '2',
    '-extfile',
    at('ext'),
  );
  const read = (name: string): string => readFileSync(at(name), 'utf8');
  return { ca: read('ca.pem'), chain: read('pem') + read('ca.pem'), key: read('key') };
}

const pinOf = (pem: string): Buffer =>
  createHash('sha256')
    .update(new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' }))
    .digest();

describe('a pin', () => {
  it('is read as curl writes it, or in hexadecimal', () => {
    const digest = createHash('sha256').update('x').digest();
    expect(parsePin(`sha256//${digest.toString('base64')}`)).toEqual(digest);
    expect(parsePin(`sha256:${digest.toString('hex')}`)).toEqual(digest);
    expect(['', 'sha256//short', digest.toString('hex'), `md5:${digest.toString('hex')}`].map(parsePin)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('finds the authority that the server shows, and no other', async () => {
    const { ca, chain, key } = certificates();
    const server = createServer({ cert: chain, key });
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(`wss://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const found = await authorityFor({ kind: 'pin', spkiSha256: pinOf(ca) }, url);
    expect(new X509Certificate(found ?? '').fingerprint256).toBe(new X509Certificate(ca).fingerprint256);
    await expect(authorityFor({ kind: 'pin', spkiSha256: Buffer.alloc(32) }, url)).rejects.toThrow('has the pinned key');
    expect(await authorityFor({ kind: 'authority', pem: ca }, url)).toBe(ca);
    expect(await authorityFor({ kind: 'system' }, url)).toBeUndefined();
  });
});
