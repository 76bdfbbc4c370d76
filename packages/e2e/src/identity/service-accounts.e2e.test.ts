import type { TestInstance } from '@kajitori/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Kubectl } from '../kubectl.ts';
import { image } from '../manifests.ts';
import { newestKubectl } from '../newest-kubectl.ts';
import { askManagement } from '../ask-management.ts';

/** What Kubernetes promises of every namespace's ServiceAccounts and of their tokens in pods, and that the key behind them can be changed. */
const namespace = 'service-accounts';
const folder = '/var/run/secrets/kubernetes.io/serviceaccount';
const owns = new AsyncDisposableStack();
let kubectl: Kubectl;
let instance: TestInstance;

const soon = <T>(check: () => Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 20_000, interval: 200 });
const inNamespace = (...args: string[]): Promise<string> => kubectl.run(['-n', namespace, ...args]);

beforeAll(async () => {
  ({ kubectl, instance } = await newestKubectl(owns));
  await kubectl.run(['create', 'namespace', namespace]);
});
afterAll(async () => {
  await kubectl.run(['delete', 'namespace', namespace, '--wait=true', '--timeout=80s']);
  await owns.disposeAsync();
});

function pod(name: string, spec: object): string {
  const containers = [{ name: 'main', image, command: ['sleep', '3600'] }];
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: { terminationGracePeriodSeconds: 0, containers, ...spec },
  });
}

async function run(name: string, spec: object): Promise<void> {
  await kubectl.run(['apply', '-f', '-'], pod(name, spec));
  await inNamespace('wait', `pod/${name}`, '--for=condition=Ready', '--timeout=60s');
}

describe('kube-root-ca.crt', () => {
  it('is in every namespace, comes back when it is deleted, and stays what it is', async () => {
    const read = (): Promise<string> => inNamespace('get', 'configmap', 'kube-root-ca.crt', '-o', 'jsonpath={.data.ca\\.crt}');
    const authority = await soon(read);
    expect(authority).toContain('BEGIN CERTIFICATE');
    await inNamespace('delete', 'configmap', 'kube-root-ca.crt');
    expect(await soon(read)).toBe(authority);
    await inNamespace('patch', 'configmap', 'kube-root-ca.crt', '-p', JSON.stringify({ data: { 'ca.crt': '' } }));
    await soon(async () => expect(await read()).toBe(authority));
  });
});

describe('a token in a pod', () => {
  const rights = async (name: string): Promise<string> => {
    const [mode, , uid, gid] = (await inNamespace('exec', name, '--', 'ls', '-lnL', `${folder}/token`)).split(/\s+/);
    return `${mode} ${uid}:${gid}`;
  };

  it('is there for the users that the pod runs as', async () => {
    const cases: [name: string, securityContext: object, rights: string][] = [
      ['as-root', {}, '-rw-r--r-- 0:0'],
      ['as-user', { runAsUser: 1000 }, '-rw------- 1000:0'],
      ['as-group', { fsGroup: 10_000 }, '-rw-r----- 0:10000'],
      ['as-both', { runAsUser: 1000, fsGroup: 10_000 }, '-rw-r----- 1000:10000'],
    ];
    await Promise.all(cases.map(([name, securityContext]) => run(name, { securityContext })));
    expect(await Promise.all(cases.map(async ([name]) => [name, await rights(name)]))).toEqual(
      cases.map(([name, , wanted]) => [name, wanted]),
    );
    for (const [name] of cases) expect(await inNamespace('exec', name, '--', 'cat', `${folder}/token`)).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it('is not, where the account or the pod says so; the pod has the last word', async () => {
    await kubectl.run(
      ['apply', '-f', '-'],
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'quiet', namespace },
        automountServiceAccountToken: false,
      }),
    );
    const mounts = async (name: string, spec: object): Promise<boolean> => {
      await kubectl.run(['apply', '-f', '-'], pod(name, spec));
      return (await inNamespace('get', 'pod', name, '-o', 'json')).includes(folder);
    };
    expect(await mounts('opted-out', { serviceAccountName: 'quiet' })).toBe(false);
    expect(await mounts('opted-in', { serviceAccountName: 'quiet', automountServiceAccountToken: true })).toBe(true);
    expect(await mounts('default-out', { automountServiceAccountToken: false })).toBe(false);
  });
});

describe('the key of tokens', () => {
  it('is rotated under running tokens, which stay good until their key is ended', async () => {
    const ask = askManagement(instance);
    const { items } = await ask<{ items: { id: string }[] }>('GET', '/v1/clusters?name=local');
    const keys = `/v1/clusters/${items[0]?.id}/token-keys`;
    const published = async (): Promise<string[]> =>
      (JSON.parse(await kubectl.run(['get', '--raw', '/openid/v1/jwks'])) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
    const newToken = async (): Promise<string> => (await inNamespace('create', 'token', 'default')).trim();
    const keyOf = (token: string): string =>
      (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;
    const review = async (token: string): Promise<boolean> => {
      const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
      const answer = await kubectl.run(['create', '-f', '-', '-o', 'json'], JSON.stringify(asked));
      return (JSON.parse(answer) as { status: { authenticated?: boolean } }).status.authenticated === true;
    };
    const old = await newToken();
    const before = await published();
    expect(before[0]).toBe(keyOf(old));
    const made = await ask<{ id: string; use: string }>('POST', keys);
    expect(made.use).toBe('signs');
    await soon(async () => expect(keyOf(await newToken())).toBe(made.id));
    expect(await published()).toEqual([made.id, ...before]);
    expect([await review(old), await review(await newToken())]).toEqual([true, true]);
    await ask('DELETE', `${keys}/${keyOf(old)}`);
    await soon(async () => expect(await review(old)).toBe(false));
    expect(await published()).not.toContain(keyOf(old));
    expect(await review(await newToken())).toBe(true);
  });
});
