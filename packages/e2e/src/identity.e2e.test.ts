import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type TestInstance, waitFor } from '@kajitori/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kubectl } from './kubectl.ts';
import { image } from './manifests.ts';
import { newestKubectl } from './newest-kubectl.ts';

/** Who somebody is to a cluster: tokens of ServiceAccounts, certificates, and acting as others, as people use them with kubectl. */
const run = promisify(execFile);
const owns = new AsyncDisposableStack();
const namespace = 'identity';
const account = `system:serviceaccount:${namespace}:robot`;
let instance: TestInstance;
let scratch: string;
let binary: string;
let kubectl: Kubectl;

beforeAll(async () => {
  ({ kubectl, binary, instance, directory: scratch } = await newestKubectl(owns));
  await kubectl.run(['create', 'namespace', namespace]);
  await kubectl.run(['-n', namespace, 'create', 'serviceaccount', 'robot']);
});
afterAll(async () => {
  await kubectl.run(['delete', 'namespace', namespace, '--wait=true', '--timeout=60s']);
  await owns.disposeAsync();
});

/** A kubectl that knows the server and nothing of its user. */
async function stranger(): Promise<Kubectl> {
  const path = join(scratch, 'stranger');
  const kubeconfig = await readFile(instance.kubeconfigFile, 'utf8');
  await writeFile(path, kubeconfig.replace(/token: .*/, 'token: ""'));
  return new Kubectl({ binary, kubeconfig: path, cacheDirectory: join(scratch, 'cache') });
}

const inNamespace = (...args: string[]): Promise<string> => kubectl.run(['-n', namespace, ...args]);

describe('a ServiceAccount', () => {
  it('has tokens that speak for it, until it goes', async () => {
    const token = (await inNamespace('create', 'token', 'robot', '--duration=10m')).trim();
    const bearer = await stranger();
    const whoami = await bearer.run(['--token', token, 'auth', 'whoami', '-o', 'json']);
    expect(JSON.parse(whoami)).toMatchObject({
      status: {
        userInfo: {
          username: account,
          groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
        },
      },
    });
    const refused = await bearer.try(['--token', token, '-n', namespace, 'get', 'pods']);
    expect(refused.stderr).toContain(`User "${account}" cannot list resource "pods" in API group "" in the namespace "${namespace}"`);
    await inNamespace('create', 'rolebinding', 'robot', '--clusterrole=view', `--serviceaccount=${namespace}:robot`);
    expect(await bearer.run(['--token', token, '-n', namespace, 'auth', 'can-i', 'list', 'pods'])).toContain('yes');
    await inNamespace('delete', 'serviceaccount', 'robot');
    await waitFor(async () => (await bearer.try(['--token', token, 'auth', 'whoami'])).stderr.includes('Unauthorized'), {
      timeoutMilliseconds: 5_000,
      what: 'the end of the token',
    });
    await inNamespace('create', 'serviceaccount', 'robot');
  });

  it('publishes how its tokens are checked', async () => {
    const { issuer } = JSON.parse(await kubectl.run(['get', '--raw', '/.well-known/openid-configuration'])) as { issuer: string };
    const { keys } = JSON.parse(await kubectl.run(['get', '--raw', '/openid/v1/jwks'])) as { keys: { alg: string }[] };
    expect(issuer).toMatch(/^https:\/\//);
    expect(keys).toEqual([expect.objectContaining({ kty: 'EC', alg: 'ES256', use: 'sig' })]);
  });

  it('has a token in a Secret that asks for one', async () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/service-account-token',
      metadata: { name: 'robot-token', annotations: { 'kubernetes.io/service-account.name': 'robot' } },
    };
    await kubectl.run(['-n', namespace, 'apply', '-f', '-'], JSON.stringify(secret));
    const read = (): Promise<string> => inNamespace('get', 'secret', 'robot-token', '-o', 'jsonpath={.data.token}');
    await waitFor(async () => (await read()) !== '', { timeoutMilliseconds: 10_000, what: 'the token' });
    const token = Buffer.from(await read(), 'base64').toString();
    const bearer = await stranger();
    expect(await bearer.run(['--token', token, 'auth', 'whoami'])).toContain(account);
  });

  it('shows itself to its pods', async () => {
    const directory = '/var/run/secrets/kubernetes.io/serviceaccount';
    const overrides = { spec: { serviceAccountName: 'robot', terminationGracePeriodSeconds: 0 } };
    await inNamespace(
      'run',
      'inside',
      `--image=${image}`,
      '--restart=Never',
      `--overrides=${JSON.stringify(overrides)}`,
      '--command',
      '--',
      'sleep',
      '600',
    );
    await inNamespace('wait', '--for=condition=Ready', 'pod/inside', '--timeout=60s');
    const file = (name: string): Promise<string> => inNamespace('exec', 'inside', '--', 'cat', `${directory}/${name}`);
    expect(await file('namespace')).toBe(namespace);
    expect(await file('ca.crt')).toContain('BEGIN CERTIFICATE');
    const bearer = await stranger();
    const whoami = await bearer.run(['--token', await file('token'), 'auth', 'whoami', '-o', 'json']);
    expect(JSON.parse(whoami)).toMatchObject({
      status: { userInfo: { username: account, extra: { 'authentication.kubernetes.io/pod-name': ['inside'] } } },
    });
  });

  it('must be there before its pods', async () => {
    const overrides = JSON.stringify({ spec: { serviceAccountName: 'nobody' } });
    const { stderr } = await kubectl.try(['-n', namespace, 'run', 'orphan', `--image=${image}`, `--overrides=${overrides}`]);
    expect(stderr).toContain(
      `pods "orphan" is forbidden: error looking up service account ${namespace}/nobody: serviceaccount "nobody" not found`,
    );
  });
});

describe('a certificate', () => {
  it('is asked for, approved, signed, and lets its owner in', async () => {
    const [key, csr, crt] = ['key', 'csr', 'crt'].map((name) => join(scratch, `jane.${name}`)) as [string, string, string];
    await run('openssl', ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', csr, '-subj', '/O=dev/O=ops/CN=jane']);
    const request = {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name: 'jane' },
      spec: {
        request: (await readFile(csr)).toString('base64'),
        signerName: 'kubernetes.io/kube-apiserver-client',
        usages: ['digital signature', 'key encipherment', 'client auth'],
        expirationSeconds: 3600,
      },
    };
    await kubectl.run(['apply', '-f', '-'], JSON.stringify(request));
    await kubectl.run(['certificate', 'approve', 'jane']);
    const read = (): Promise<string> => kubectl.run(['get', 'csr', 'jane', '-o', 'jsonpath={.status.certificate}']);
    await waitFor(async () => (await read()) !== '', { timeoutMilliseconds: 10_000, what: 'the certificate' });
    await writeFile(crt, Buffer.from(await read(), 'base64'));
    const jane = await stranger();
    const whoami = await jane.run(['--client-certificate', crt, '--client-key', key, 'auth', 'whoami', '-o', 'json']);
    expect(JSON.parse(whoami)).toMatchObject({
      status: { userInfo: { username: 'jane', groups: ['dev', 'ops', 'system:authenticated'] } },
    });
    await kubectl.run(['delete', 'csr', 'jane']);
  });

  it('of a stranger lets nobody in', async () => {
    const [key, crt] = ['key', 'crt'].map((name) => join(scratch, `forged.${name}`)) as [string, string];
    const subject = ['-subj', '/O=system:masters/CN=root'];
    await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', crt, ...subject]);
    const forger = await stranger();
    const { stderr, code } = await forger.try(['--client-certificate', crt, '--client-key', key, 'get', 'namespaces']);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/Unauthorized|must be logged in/);
  });
});

describe('acting as somebody else', () => {
  it('shows what they may', async () => {
    expect((await kubectl.try(['auth', 'can-i', 'list', 'pods', '--as=jane'])).stdout).toContain('no');
    expect(await kubectl.run(['auth', 'can-i', 'list', 'pods', '--as=jane', '--as-group=system:masters'])).toContain('yes');
    const { stderr } = await kubectl.try(['get', 'pods', '--as=jane']);
    expect(stderr).toContain('pods is forbidden: User "jane" cannot list resource "pods"');
  });

  it('is for those who may', async () => {
    const token = (await inNamespace('create', 'token', 'robot')).trim();
    const bearer = await stranger();
    const { stderr } = await bearer.try(['--token', token, 'get', 'pods', '--as=jane', '--as-group=system:masters']);
    expect(stderr).toContain(
      `users "jane" is forbidden: User "${account}" cannot impersonate resource "users" in API group "" at the cluster scope`,
    );
  });
});
