import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { DerError, derOid, derParts, derText, derValue, type DerValue } from './der-reader.ts';

/** What a PKCS#10 request (RFC 2986) asks to have certified. */
export interface CertificationRequest {
  commonName: string;
  organizations: string[];
  dnsNames: string[];
  ipAddresses: string[];
  emailAddresses: string[];
  uris: string[];
  publicKey: KeyObject;
}

const sequence = 0x30;
const set = 0x31;
const commonName = '2.5.4.3';
const organization = '2.5.4.10';
const extensionRequest = '1.2.840.113549.1.9.14';
const subjectAlternativeName = '2.5.29.17';

/** Digests by the signature algorithm; null where the algorithm has its own. */
const digests: Readonly<Record<string, string | null>> = {
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.3.101.112': null,
};

const pem = /^\s*-----BEGIN CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE REQUEST-----/;

/** Reads a request in PEM and checks that whoever made it holds the key. @throws Error in Kubernetes' words. */
export function parseCertificationRequest(text: string): CertificationRequest {
  const body = pem.exec(text)?.[1];
  if (body === undefined) throw new Error('PEM block type must be CERTIFICATE REQUEST');
  try {
    return parsed(Buffer.from(body, 'base64'));
  } catch (cause) {
    if (cause instanceof DerError) throw new Error(`asn1: structure error: ${cause.message}`, { cause });
    throw cause;
  }
}

function parsed(der: Uint8Array): CertificationRequest {
  const [info, algorithm, signature] = derParts(derValue(der), sequence);
  if (info === undefined || algorithm === undefined || signature === undefined) throw new DerError('a request has three parts');
  const [, subject, key, attributes] = derParts(info, sequence);
  if (subject === undefined || key === undefined) throw new DerError('a request names a subject and a key');
  const publicKey = createPublicKey({ key: Buffer.from(key.whole), format: 'der', type: 'spki' });
  checkSignature(info, { algorithm, signature, publicKey });
  const names = derParts(subject, sequence)
    .flatMap((part) => derParts(part, set))
    .map((part) => derParts(part, sequence));
  const valuesOf = (wanted: string): string[] =>
    names.flatMap(([id, value]) => (id !== undefined && value !== undefined && derOid(id) === wanted ? [derText(value)] : []));
  return {
    commonName: valuesOf(commonName).at(-1) ?? '',
    organizations: valuesOf(organization),
    ...alternativeNames(attributes),
    publicKey,
  };
}

function checkSignature(
  info: DerValue,
  { algorithm, signature, publicKey }: { algorithm: DerValue; signature: DerValue; publicKey: KeyObject },
): void {
  const [id] = derParts(algorithm, sequence);
  const digest = id === undefined ? undefined : digests[derOid(id)];
  // The first byte of a bit string counts the bits that are unused.
  if (digest === undefined || signature.tag !== 0x03) throw new Error('x509: cannot verify signature: algorithm unimplemented');
  const good = verify(digest, Buffer.from(info.whole), publicKey, Buffer.from(signature.content.subarray(1)));
  if (!good) throw new Error('x509: the signature of the request is not by its key');
}

type Names = Pick<CertificationRequest, 'dnsNames' | 'ipAddresses' | 'emailAddresses' | 'uris'>;

function alternativeNames(attributes: DerValue | undefined): Names {
  const found: Names = { dnsNames: [], ipAddresses: [], emailAddresses: [], uris: [] };
  for (const general of generalNames(attributes)) {
    const text = Buffer.from(general.content).toString('latin1');
    if (general.tag === 0x82) found.dnsNames.push(text);
    else if (general.tag === 0x81) found.emailAddresses.push(text);
    else if (general.tag === 0x86) found.uris.push(text);
    else if (general.tag === 0x87) found.ipAddresses.push(addressText(general.content));
  }
  return found;
}

function* generalNames(attributes: DerValue | undefined): Generator<DerValue> {
  if (attributes === undefined || attributes.tag !== 0xa0) return;
  for (const attribute of derParts(attributes, 0xa0)) {
    const [id, values] = derParts(attribute, sequence);
    if (id === undefined || values === undefined || derOid(id) !== extensionRequest) continue;
    for (const extension of derParts(values, set).flatMap((list) => derParts(list, sequence))) {
      const parts = derParts(extension, sequence);
      const [name, value] = [parts[0], parts.at(-1)];
      if (name === undefined || value === undefined || derOid(name) !== subjectAlternativeName) continue;
      yield* derParts(derValue(value.content), sequence);
    }
  }
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: bytes.length / 2 }, (_, at) => (((bytes[at * 2] ?? 0) << 8) | (bytes[at * 2 + 1] ?? 0)).toString(16));
  return groups.join(':');
}
