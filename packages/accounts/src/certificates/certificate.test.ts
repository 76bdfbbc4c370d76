import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { issueCertificate, pinOf } from './certificate.ts';

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2056-01-01T00:00:00Z') };

function authority(commonName = 'kajitori test') {
  const { publicKey, privateKey } = newKey();
  const certificate = issueCertificate({ subject: { commonName }, publicKey, usage: { type: 'authority' }, ...validity }, { privateKey });
  return { certificate, privateKey };
}

describe('issueCertificate', () => {
  it('makes an authority that signs itself and may sign others, but no further authority', () => {
    const { certificate } = authority();
    const parsed = new X509Certificate(certificate);
    expect(parsed.ca).toBe(true);
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    expect(parsed.validTo).toBe('Jan  1 00:00:00 2056 GMT');
  });

  it('makes leaves that openssl accepts under the strict rules of RFC 5280', () => {
    const ca = authority();
    const { publicKey } = newKey();
    const leaf = (usage: Parameters<typeof issueCertificate>[0]['usage']) =>
      issueCertificate({ subject: { commonName: 'leaf', organizations: ['system:masters'] }, publicKey, usage, ...validity }, ca);
    const folder = mkdtempSync(join(tmpdir(), 'kajitori-certificate-'));
    try {
      const file = (name: string, text: string) => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      };
      const caFile = file('ca.pem', ca.certificate);
      const verify = (purpose: string, certificate: string, ...more: string[]) =>
        execFileSync(
          'openssl',
          ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', caFile, ...more, file('leaf.pem', certificate)],
          { encoding: 'utf8', stdio: 'pipe' },
        );
      const server = leaf({ type: 'server', names: ['127.1.0.1', 'c-x.k8s.example.com', '2001:db8::1', '::ffff:10.0.0.1'] });
      for (const address of ['127.1.0.1', '2001:db8::1', '::ffff:10.0.0.1'])
        expect(verify('sslserver', server, '-verify_ip', address)).toContain('OK');
      expect(verify('sslserver', server, '-verify_hostname', 'c-x.k8s.example.com')).toContain('OK');
      expect(() => verify('sslserver', server, '-verify_ip', '127.1.0.2')).toThrow(/IP address mismatch/);
      expect(() => verify('sslclient', server)).toThrow(/purpose/);
      expect(verify('sslclient', leaf({ type: 'client' }))).toContain('OK');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('serves a TLS client that trusts only the authority', async () => {
    const ca = authority();
    const { publicKey, privateKey } = newKey();
    const cert = issueCertificate(
      { subject: { commonName: 'api' }, publicKey, usage: { type: 'server', names: ['127.0.0.1'] }, ...validity },
      ca,
    );
    const server = createServer({ key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, ca: ca.certificate });
    await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
    socket.destroy();
    server.close();
  });

  it('refuses a name that is no name', () => {
    const ca = authority();
    const { publicKey } = newKey();
    const usage = { type: 'server', names: ['a b'] } as const;
    expect(() => issueCertificate({ subject: { commonName: 'x' }, publicKey, usage, ...validity }, ca)).toThrow(/neither a DNS name/);
  });

  it('never repeats a serial number', () => {
    const serials = Array.from({ length: 50 }, () => new X509Certificate(authority().certificate).serialNumber);
    expect(new Set(serials).size).toBe(serials.length);
  });
});

it('pins the public key as curl does', () => {
  const { certificate } = authority();
  const key = execFileSync('openssl', ['x509', '-pubkey', '-noout'], { input: certificate });
  const spki = execFileSync('openssl', ['pkey', '-pubin', '-outform', 'der'], { input: key });
  const digest = execFileSync('openssl', ['dgst', '-sha256', '-binary'], { input: spki });
  expect(pinOf(certificate)).toBe(`sha256//${digest.toString('base64')}`);
});
