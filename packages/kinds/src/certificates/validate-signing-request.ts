import { duplicate, dns1123SubdomainError, type FieldError, forbiddenField, invalid, notSupported, required } from '@kajitori/apimachinery';
import { sameValue } from '../meta/immutable.ts';
import { parseCertificationRequest } from './certification-request.ts';
import type { CertificateSigningRequest } from './certificate-signing-request.ts';

const shortestSeconds = 600;
const signerNameLengthMax = 571;
const usages: ReadonlySet<string> = new Set([
  'signing',
  'digital signature',
  'content commitment',
  'key encipherment',
  'key agreement',
  'data encipherment',
  'cert sign',
  'crl sign',
  'encipher only',
  'decipher only',
  'any',
  'server auth',
  'client auth',
  'code signing',
  'email protection',
  's/mime',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'timestamping',
  'ocsp signing',
  'microsoft sgc',
  'netscape sgc',
]);
/** Answers that are given once and stay. */
const settled = ['Approved', 'Denied', 'Failed'] as const;
const segment = /^[a-zA-Z0-9]([-a-zA-Z0-9_.:]*[a-zA-Z0-9])?$/;

export function validateSigningRequest({ spec, status }: CertificateSigningRequest): FieldError[] {
  const asked = spec.usages ?? [];
  const errors: FieldError[] = [...requestErrors(spec.request)];
  if (asked.length === 0) errors.push(required('spec.usages'));
  asked.forEach((usage, at) => {
    if (!usages.has(usage)) errors.push(notSupported(`spec.usages[${at}]`, usage, [...usages]));
    if (asked.indexOf(usage) < at) errors.push(duplicate(`spec.usages[${at}]`, usage));
  });
  errors.push(...signerNameErrors(spec.signerName));
  if (spec.expirationSeconds !== undefined && spec.expirationSeconds < shortestSeconds) {
    errors.push(invalid('spec.expirationSeconds', spec.expirationSeconds, 'may not specify a duration less than 600 seconds (10 minutes)'));
  }
  return [...errors, ...conditionErrors(status?.conditions ?? []), ...certificateErrors(status?.certificate ?? '')];
}

function requestErrors(request: string): FieldError[] {
  try {
    parseCertificationRequest(Buffer.from(request, 'base64').toString('latin1'));
    return [];
  } catch (error) {
    return [invalid('spec.request', request, error instanceof Error ? error.message : 'cannot be read')];
  }
}

function signerNameErrors(name: string): FieldError[] {
  const field = 'spec.signerName';
  if (name === '') return [required(field)];
  if (name.length > signerNameLengthMax) return [invalid(field, name, `must be no more than ${signerNameLengthMax} characters`)];
  const [domain = '', path = '', ...rest] = name.split('/');
  if (path === '' || rest.length > 0) {
    return [invalid(field, name, 'must be a fully qualified domain and path of the form "example.com/signer-name"')];
  }
  const wrong = dns1123SubdomainError(domain);
  if (wrong !== undefined) return [invalid(field, domain, wrong)];
  if (!domain.includes('.')) return [invalid(field, domain, 'should be a domain with at least two segments separated by dots')];
  return segment.test(path)
    ? []
    : [invalid(field, path, `validating label "${path}": must consist of alphanumeric characters, '-', '_', ':' or '.'`)];
}

type Conditions = NonNullable<NonNullable<CertificateSigningRequest['status']>['conditions']>;

function conditionErrors(conditions: Conditions): FieldError[] {
  const errors: FieldError[] = [];
  const types = conditions.map(({ type }) => type);
  conditions.forEach(({ type, status }, at) => {
    const field = `status.conditions[${at}]`;
    if (type === '') errors.push(required(`${field}.type`));
    const allowed = (settled as readonly string[]).includes(type) ? ['True'] : ['True', 'False', 'Unknown'];
    if (status === '') errors.push(required(`${field}.status`));
    else if (!allowed.includes(status)) errors.push(notSupported(`${field}.status`, status, allowed));
    const other = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : '';
    if (other !== '' && types.slice(0, at).includes(other)) {
      errors.push(invalid(`${field}.type`, type, 'Approved and Denied conditions are mutually exclusive'));
    }
    if (types.indexOf(type) < at) errors.push(duplicate(`${field}.type`, type));
  });
  return errors;
}

function certificateErrors(certificate: string): FieldError[] {
  if (certificate === '') return [];
  const text = Buffer.from(certificate, 'base64').toString('latin1');
  const good = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/.test(text);
  return good ? [] : [invalid('status.certificate', '<certificate data>', 'must contain at least one CERTIFICATE PEM block')];
}

/** What one way of writing may change of the answers; the answers that were given stay for all of them. */
export function validateAnswer(
  object: CertificateSigningRequest,
  old: CertificateSigningRequest,
  { mayDecide, mayIssue }: { mayDecide: boolean; mayIssue: boolean },
): FieldError[] {
  const errors: FieldError[] = [];
  for (const type of settled) {
    const [now, before] = [object, old].map(({ status }) => (status?.conditions ?? []).filter((one) => one.type === type));
    const [count, had] = [now?.length ?? 0, before?.length ?? 0];
    if (count < had) errors.push(forbiddenField('status.conditions', `updates may not remove a condition of type ${JSON.stringify(type)}`));
    if (mayDecide || type === 'Failed' || count < had) continue;
    if (count > had) errors.push(forbiddenField('status.conditions', `updates may not add a condition of type ${JSON.stringify(type)}`));
    else if (!sameValue(now, before)) {
      errors.push(forbiddenField('status.conditions', `updates may not modify a condition of type ${JSON.stringify(type)}`));
    }
  }
  const [issued, already] = [object.status?.certificate ?? '', old.status?.certificate ?? ''];
  if (issued !== already) {
    if (!mayIssue) errors.push(forbiddenField('status.certificate', 'updates may not set certificate content'));
    else if (already !== '') errors.push(forbiddenField('status.certificate', 'updates may not modify existing certificate content'));
  }
  return errors;
}
