import { describe, expect, it } from 'vitest';
import { validateCreate, validateStatusUpdate, validateUpdate } from '../validation.ts';
import { type CertificateSigningRequest, certificateSigningRequests } from './certificate-signing-request.ts';
import { certificationRequest } from './certification-request.fixture.ts';
import { parseCertificationRequest } from './certification-request.ts';

const asked = certificationRequest({ commonName: 'jane', organizations: ['dev', 'ops'], dnsNames: ['jane.example.com'] });
const text = (request: string): string => Buffer.from(request, 'base64').toString('latin1');

function object(
  spec: Partial<CertificateSigningRequest['spec']> = {},
  status?: CertificateSigningRequest['status'],
): CertificateSigningRequest {
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'r', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-03-01T00:00:00Z' },
    spec: { request: asked.request, signerName: 'example.com/signer', usages: ['client auth'], ...spec },
    ...(status === undefined ? {} : { status }),
  };
}

const saying = (...types: string[]): CertificateSigningRequest['status'] => ({
  conditions: types.map((type) => ({ type, status: 'True', reason: 'R' })),
});
const messages = (errors: { field: string; message: string }[]): string[] => errors.map(({ field, message }) => `${field}: ${message}`);

describe('a request for a certificate', () => {
  it('is read with its names and its key', () => {
    const { publicKey, ...names } = parseCertificationRequest(text(asked.request));
    expect(names).toEqual({
      commonName: 'jane',
      organizations: ['dev', 'ops'],
      dnsNames: ['jane.example.com'],
      ipAddresses: [],
      emailAddresses: [],
      uris: [],
    });
    expect(publicKey.asymmetricKeyType).toBe('ec');
  });

  it('is refused when its signature is not by its key, whichever byte was changed', () => {
    const body = Buffer.from(/-----\n(.+)\n-----/.exec(text(asked.request))?.[1] ?? '', 'base64');
    // What is signed, without the signature and its algorithm behind it.
    for (let at = 8; at < body.length - 90; at += 1) {
      const changed = Buffer.from(body);
      changed[at] = (changed[at] ?? 0) ^ 0x04;
      const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${changed.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
      expect(() => parseCertificationRequest(pem)).toThrow(/./);
    }
  });

  it.each<[string, Partial<CertificateSigningRequest['spec']>, string[]]>([
    ['that is good', {}, []],
    [
      'that is no PEM',
      { request: Buffer.from('hi').toString('base64') },
      ['spec.request: Invalid value: "aGk=": PEM block type must be CERTIFICATE REQUEST'],
    ],
    ['without usages', { usages: [] }, ['spec.usages: Required value']],
    ['with a usage twice', { usages: ['client auth', 'client auth'] }, ['spec.usages[1]: Duplicate value: "client auth"']],
    [
      'for too short a time',
      { expirationSeconds: 599 },
      ['spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds (10 minutes)'],
    ],
    [
      'to a signer without a path',
      { signerName: 'signer' },
      ['spec.signerName: Invalid value: "signer": must be a fully qualified domain and path of the form "example.com/signer-name"'],
    ],
    [
      'to a signer of a bare word',
      { signerName: 'com/a' },
      ['spec.signerName: Invalid value: "com": should be a domain with at least two segments separated by dots'],
    ],
  ])('%s', (_what, spec, expected) => {
    expect(messages(validateCreate(certificateSigningRequests, object(spec)))).toEqual(expected);
  });

  it('with an unknown usage is told which there are', () => {
    expect(messages(validateCreate(certificateSigningRequests, object({ usages: ['fun'] })))[0]).toMatch(
      /^spec.usages\[0\]: Unsupported value: "fun": supported values: "any", /,
    );
  });
});

describe('an answer', () => {
  it('is given once: approval stays, and no denial joins it', () => {
    const approved = object({}, saying('Approved'));
    expect(validateUpdate(certificateSigningRequests, approved, object())).toEqual([]);
    expect(messages(validateUpdate(certificateSigningRequests, object(), approved))).toEqual([
      'status.conditions: Forbidden: updates may not remove a condition of type "Approved"',
    ]);
    expect(messages(validateUpdate(certificateSigningRequests, object({}, saying('Approved', 'Denied')), approved))).toEqual([
      'status.conditions[1].type: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive',
    ]);
  });

  it('by status issues once, and decides nothing', () => {
    const certificate = Buffer.from('-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n').toString('base64');
    const other = Buffer.from('-----BEGIN CERTIFICATE-----\nREVG\n-----END CERTIFICATE-----\n').toString('base64');
    expect(validateStatusUpdate(certificateSigningRequests, object({}, { certificate }), object())).toEqual([]);
    expect(
      messages(validateStatusUpdate(certificateSigningRequests, object({}, { certificate: other }), object({}, { certificate }))),
    ).toEqual(['status.certificate: Forbidden: updates may not modify existing certificate content']);
    expect(messages(validateStatusUpdate(certificateSigningRequests, object({}, saying('Approved')), object()))).toEqual([
      'status.conditions: Forbidden: updates may not add a condition of type "Approved"',
    ]);
    // As a client sends it that keeps fields in another order.
    const reordered = { conditions: [{ reason: 'R', status: 'True', type: 'Approved' }] };
    expect(validateStatusUpdate(certificateSigningRequests, object({}, reordered), object({}, saying('Approved')))).toEqual([]);
    expect(messages(validateUpdate(certificateSigningRequests, object({}, { certificate }), object()))).toEqual([
      'status.certificate: Forbidden: updates may not set certificate content',
    ]);
  });
});
