import { createPublicKey, hash, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { isIP, SocketAddress } from 'node:net';
import * as der from './der.ts';

/**
 * Issues X.509 certificates over P-256 keys (RFC 5280). Pure but for the serial number and the signature's chance.
 * It never reads a foreign certificate or request.
 */
export interface Subject {
  commonName: string;
  /** Kubernetes reads a client's groups here. */
  organizations?: readonly string[];
}

export type Usage =
  /** Signs certificates, and those it signs sign none. */
  | { type: 'authority' }
  | { type: 'server'; names: readonly string[]; keyEncipherment?: boolean }
  | { type: 'client'; keyEncipherment?: boolean };

export interface CertificateRequest {
  subject: Subject;
  publicKey: KeyObject;
  usage: Usage;
  notBefore: Date;
  notAfter: Date;
}

export interface Issuer {
  /** PEM. Absent when the certificate signs itself. */
  certificate?: string;
  privateKey: KeyObject;
}

const oids = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

/** The certificate in PEM. @throws TypeError when a server's name is neither a DNS name nor an IP address. */
export function issueCertificate(request: CertificateRequest, issuer: Issuer): string {
  const algorithm = der.sequence(der.oid(oids.ecdsaWithSha256));
  const publicKey = request.publicKey.export({ type: 'spki', format: 'der' });
  const issuerKey = createPublicKey(issuer.privateKey).export({ type: 'spki', format: 'der' });
  const subject = distinguishedName(request.subject);
  const body = der.sequence(
    der.explicit(0, der.unsigned(Buffer.of(2))),
    der.unsigned(serialNumber()),
    algorithm,
    issuer.certificate === undefined ? subject : subjectOf(issuer.certificate),
    der.sequence(der.time(request.notBefore), der.time(request.notAfter)),
    subject,
    publicKey,
    der.explicit(3, der.sequence(...extensions(request.usage, keyId(publicKey), keyId(issuerKey)))),
  );
  const signature = sign('sha256', body, { key: issuer.privateKey, dsaEncoding: 'der' });
  const certificate = der.sequence(body, algorithm, der.bits(signature));
  return pem('CERTIFICATE', certificate);
}

/** What curl's `--pinnedpubkey` takes: `sha256//` and the hash of the public key of a certificate. */
export function pinOf(certificate: string): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return `sha256//${hash('sha256', key, 'base64')}`;
}

function extensions(usage: Usage, subjectKey: Buffer, issuerKey: Buffer): Uint8Array[] {
  const keyIds = [
    extension(oids.subjectKeyId, false, der.octets(subjectKey)),
    extension(oids.authorityKeyId, false, der.sequence(der.implicit(0, issuerKey))),
  ];
  // Bits of KeyUsage: 0 digitalSignature, 2 keyEncipherment, 5 keyCertSign, 6 cRLSign.
  if (usage.type === 'authority') {
    const constraints = der.sequence(der.boolean(true), der.unsigned(Buffer.of(0)));
    return [
      extension(oids.basicConstraints, true, constraints),
      extension(oids.keyUsage, true, der.bits(Buffer.of(0b1000_0110), 1)),
      ...keyIds,
    ];
  }
  const purpose = usage.type === 'server' ? oids.serverAuth : oids.clientAuth;
  return [
    extension(oids.basicConstraints, true, der.sequence()),
    extension(
      oids.keyUsage,
      true,
      usage.keyEncipherment === true ? der.bits(Buffer.of(0b1010_0000), 5) : der.bits(Buffer.of(0b1000_0000), 7),
    ),
    extension(oids.extendedKeyUsage, false, der.sequence(der.oid(purpose))),
    ...(usage.type === 'server' ? [extension(oids.subjectAltName, false, der.sequence(...usage.names.map(alternativeName)))] : []),
    ...keyIds,
  ];
}

function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  return der.sequence(der.oid(id), ...(critical ? [der.boolean(true)] : []), der.octets(value));
}

function distinguishedName({ commonName, organizations = [] }: Subject): Uint8Array {
  const attribute = (id: string, value: string) => der.set(der.sequence(der.oid(id), der.utf8(value)));
  return der.sequence(...organizations.map((value) => attribute(oids.organization, value)), attribute(oids.commonName, commonName));
}

/** The issuer's name as it stands in its certificate: names are compared byte by byte. */
function subjectOf(certificate: string): Uint8Array {
  const { subject } = new X509Certificate(certificate);
  const commonName = /^CN=(.+)$/m.exec(subject)?.[1];
  if (commonName === undefined || subject.includes('\n'))
    throw new TypeError(`an authority of ours has a common name only, not ${subject}`);
  return distinguishedName({ commonName });
}

const dnsName = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function alternativeName(name: string): Uint8Array {
  if (isIP(name) !== 0) return der.implicit(7, addressBytes(name));
  if (name.length <= 253 && dnsName.test(name)) return der.implicit(2, Buffer.from(name, 'ascii'));
  throw new TypeError(`neither a DNS name nor an IP address: ${JSON.stringify(name)}`);
}

function addressBytes(address: string): Uint8Array {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  // The canonical text has at most one `::`, and no dotted part after this.
  const { address: canonical } = new SocketAddress({ address, family: 'ipv6' });
  const [head = '', tail = ''] = canonical.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':').flatMap(dottedAsGroups));
  const [before, after] = [groups(head), groups(tail)];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function dottedAsGroups(group: string): string[] {
  if (!group.includes('.')) return [group];
  const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
  return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
}

/** Positive, and at most 20 bytes: RFC 5280, 4.1.2.2. */
function serialNumber(): Uint8Array {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

/** RFC 7093, method 1: the leftmost 160 bits of SHA-256 over the key. */
function keyId(spki: Buffer): Buffer {
  return Buffer.from(hash('sha256', spki, 'hex').slice(0, 40), 'hex');
}

function pem(label: string, body: Buffer): string {
  const lines = body.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
