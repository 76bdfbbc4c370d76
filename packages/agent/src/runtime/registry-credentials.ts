import { z } from 'zod';
import type { ImageReference } from './image-reference.ts';

export interface RegistryCredential {
  username?: string;
  password?: string;
  identitytoken?: string;
  registrytoken?: string;
  serveraddress: string;
}

const entryForm = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
  registrytoken: z.string().optional(),
});
const configForm = z.record(z.string(), entryForm);

/** A pull secret's data as the API serves it: base64 by key. */
export interface PullSecret {
  type?: string;
  data?: Record<string, string>;
}

/** The credentials that fit an image, the most specific path first. Secrets that hold no registry configuration give none. */
export function credentialsFor(reference: ImageReference, secrets: readonly PullSecret[]): RegistryCredential[] {
  const target = `${normalHost(reference.registry)}/${reference.repository}`;
  return secrets
    .flatMap((secret) => Object.entries(registriesOf(secret)))
    .filter(([address]) => matches(target, normalAddress(address)))
    .sort(([a], [b]) => normalAddress(b).length - normalAddress(a).length)
    .map(([address, entry]) => credentialOf(address, entry));
}

function registriesOf({ data = {} }: PullSecret): z.infer<typeof configForm> {
  const text = data['.dockerconfigjson'] ?? data['.dockercfg'];
  if (text === undefined) return {};
  try {
    const body = JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as unknown;
    const auths = data['.dockerconfigjson'] === undefined ? body : (body as { auths?: unknown }).auths;
    const read = configForm.safeParse(auths);
    return read.success ? read.data : {};
  } catch {
    // As a kubelet: a secret that cannot be read does not stop the pull, it just does not help.
    return {};
  }
}

function credentialOf(serveraddress: string, { auth, ...rest }: z.infer<typeof entryForm>): RegistryCredential {
  if (rest.username !== undefined || auth === undefined) return { ...rest, serveraddress };
  const login = Buffer.from(auth, 'base64').toString('utf8');
  const colon = login.indexOf(':');
  return { ...rest, username: login.slice(0, colon), password: login.slice(colon + 1), serveraddress };
}

function normalAddress(address: string): string {
  const bare = address
    .replace(/^https?:\/\//, '')
    .replace(/\/v[12]\/?$/, '')
    .replace(/\/$/, '');
  const [host = '', ...path] = bare.split('/');
  return [normalHost(host), ...path].join('/');
}

function normalHost(host: string): string {
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host;
}

/** `*.example.com/team` fits `eu.example.com/team/app`: stars stand for one part of the host. */
function matches(target: string, address: string): boolean {
  const [targetHost = '', ...targetPath] = target.split('/');
  const [host = '', ...path] = address.split('/');
  const hostParts = host.split('.');
  const targetParts = targetHost.split('.');
  if (hostParts.length !== targetParts.length || path.length > targetPath.length) return false;
  return (
    hostParts.every((part, index) => part === '*' || part === targetParts[index]) && path.every((part, index) => part === targetPath[index])
  );
}
