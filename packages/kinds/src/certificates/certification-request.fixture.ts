import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** Writes requests for certificates, for tests. */
const tagged = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), body]);
};
const oids = {
  commonName: Buffer.of(0x55, 0x04, 0x03),
  organization: Buffer.of(0x55, 0x04, 0x0a),
  ecdsaWithSha256: Buffer.from('2a8648ce3d040302', 'hex'),
  extensionRequest: Buffer.from('2a864886f70d01090e', 'hex'),
  subjectAltName: Buffer.of(0x55, 0x1d, 0x11),
};

export interface RequestSubject {
  commonName: string;
  organizations?: readonly string[];
  dnsNames?: readonly string[];
}

/** A PKCS#10 request in PEM, in base64 as a CertificateSigningRequest carries it, with the key that it is by. */
export function certificationRequest({ commonName, organizations = [], dnsNames = [] }: RequestSubject): {
  request: string;
  key: KeyObject;
} {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const attribute = (id: Uint8Array, value: string) =>
    tagged(0x31, tagged(0x30, tagged(0x06, id), tagged(0x0c, Buffer.from(value, 'utf8'))));
  const names = dnsNames.map((name) => tagged(0x82, Buffer.from(name, 'ascii')));
  const alternative = tagged(0x30, tagged(0x06, oids.subjectAltName), tagged(0x04, tagged(0x30, ...names)));
  const asked = tagged(0x30, tagged(0x06, oids.extensionRequest), tagged(0x31, tagged(0x30, alternative)));
  const info = tagged(
    0x30,
    tagged(0x02, Buffer.of(0)),
    tagged(0x30, ...organizations.map((one) => attribute(oids.organization, one)), attribute(oids.commonName, commonName)),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa0, ...(dnsNames.length === 0 ? [] : [asked])),
  );
  const signature = sign('sha256', info, { key: privateKey, dsaEncoding: 'der' });
  const whole = tagged(0x30, info, tagged(0x30, tagged(0x06, oids.ecdsaWithSha256)), tagged(0x03, Buffer.of(0), signature));
  const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${whole.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
  return { request: Buffer.from(pem).toString('base64'), key: privateKey };
}
