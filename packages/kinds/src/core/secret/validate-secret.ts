import { type FieldError, invalid, required } from '@kajitori/apimachinery';
import { immutableField } from '../../meta/immutable.ts';
import { base64Bytes, validateDataKeys, validateDataSize, validateImmutable } from '../data-keys.ts';
import type { Secret } from './secret.ts';

export const serviceAccountNameAnnotation = 'kubernetes.io/service-account.name';

/** Errors never show what a secret holds. */
const redacted = '<secret contents redacted>';

/** What a secret of a known type must hold. */
const requirements: Readonly<Record<string, (secret: Secret) => FieldError[]>> = {
  'kubernetes.io/service-account-token': ({ metadata }) =>
    (metadata.annotations?.[serviceAccountNameAnnotation] ?? '') === ''
      ? [required(`metadata.annotations[${serviceAccountNameAnnotation}]`)]
      : [],
  'kubernetes.io/dockercfg': (secret) => json(secret, '.dockercfg'),
  'kubernetes.io/dockerconfigjson': (secret) => json(secret, '.dockerconfigjson'),
  'kubernetes.io/basic-auth': ({ data = {} }) =>
    data['username'] === undefined && data['password'] === undefined ? [required('data[username]'), required('data[password]')] : [],
  'kubernetes.io/ssh-auth': ({ data = {} }) => ((data['ssh-privatekey'] ?? '') === '' ? [required('data[ssh-privatekey]')] : []),
  'kubernetes.io/tls': ({ data = {} }) =>
    ['tls.crt', 'tls.key'].filter((key) => data[key] === undefined).map((key) => required(`data[${key}]`)),
};

function json({ data = {} }: Secret, key: string): FieldError[] {
  const encoded = data[key];
  if (encoded === undefined) return [required(`data[${key}]`)];
  try {
    const parsed: unknown = JSON.parse(Buffer.from(encoded, 'base64').toString());
    return typeof parsed === 'object' && parsed !== null ? [] : [invalid(`data[${key}]`, redacted, 'must be a JSON object')];
  } catch {
    // The parser's message would quote the secret.
    return [invalid(`data[${key}]`, redacted, 'must be valid JSON')];
  }
}

export function validateSecret(secret: Secret): FieldError[] {
  const { data = {}, type = 'Opaque' } = secret;
  const bytes = Object.values(data).reduce((sum, value) => sum + base64Bytes(value), 0);
  return [
    ...validateDataKeys(data, 'data'),
    ...validateDataSize(bytes, 'data'),
    ...(Object.hasOwn(requirements, type) ? (requirements[type]?.(secret) ?? []) : []),
  ];
}

export function validateSecretUpdate(secret: Secret, old: Secret): FieldError[] {
  return [...immutableField('type', secret.type, old.type), ...validateImmutable(secret, old, ['data'])];
}

/** `stringData` is for writing only: it joins `data` and is never stored. */
export function mergeStringData(secret: Secret): void {
  if (secret.stringData === undefined) return;
  secret.data = { ...secret.data };
  for (const [key, value] of Object.entries(secret.stringData)) secret.data[key] = Buffer.from(value).toString('base64');
  delete secret.stringData;
}
