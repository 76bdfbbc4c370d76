import { join } from 'node:path';
import { kubectlVersions, type TestInstance } from '@kajitori/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificate, certificateDefinition, largeDefinition, twoVersions } from './custom-resource-manifests.ts';
import { Kubectl } from './kubectl.ts';
import { openScratch } from './scratch.ts';

/** Kinds that a cluster defines itself, as people and operators meet them, once for every kubectl on the machine. */
const versions = await kubectlVersions();
const owns = new AsyncDisposableStack();
let instance: TestInstance;
let scratch: string;

beforeAll(async () => {
  ({ instance, directory: scratch } = await openScratch(owns));
});
afterAll(() => owns.disposeAsync());

describe.each(versions)('kubectl $version', ({ version, path: binary }) => {
  const label = version.replace(/[^0-9]+/g, '-').replace(/^-|-$/g, '');
  const namespace = `custom-${label}`;
  const group = `v${label}.pki.example.com`;
  const certificates = `certificates.${group}`;
  let kubectl: Kubectl;
  const run = (...args: string[]): Promise<string> => kubectl.run(['-n', namespace, ...args]);
  const apply = (manifest: string, ...more: string[]) => kubectl.try(['-n', namespace, 'apply', '-f', '-', ...more], manifest);

  beforeAll(async () => {
    kubectl = new Kubectl({ binary, kubeconfig: instance.kubeconfigFile, cacheDirectory: join(scratch, version) });
    await kubectl.run(['create', 'namespace', namespace]);
  });
  afterAll(async () => {
    await kubectl.try(['delete', 'crd', certificates, `gadgets.${group}`, `applications.${group}`, '--ignore-not-found', '--timeout=60s']);
    await kubectl.run(['delete', 'namespace', namespace, '--timeout=60s']);
  });

  it('serves a kind as soon as its definition is there', async () => {
    await kubectl.run(['apply', '-f', '-'], certificateDefinition(group));
    await kubectl.run(['wait', '--for=condition=Established', `crd/${certificates}`, '--timeout=5s']);
    expect((await apply(certificate(group, 'web', 'web-tls'))).stdout).toBe(`certificate.${group}/web created\n`);
    expect(await run('get', certificates)).toMatch(/^NAME\s+READY\s+SECRET\s+AGE\nweb\s+web-tls\s+\d+s\n$/);
    expect(await run('get', certificates, '-o', 'wide')).toMatch(/ISSUER\s+.*\n.*\bca\b/);
    expect(await run('get', certificates, '-o', 'jsonpath={.items[0].spec.duration} {.items[0].spec.issuerRef.kind}')).toBe('2160h Issuer');
  });

  it('explains it and finds it by its names', async () => {
    const explained = await kubectl.run(['explain', `${certificates}.spec.secretName`]);
    expect(explained).toContain('The Secret that the key pair is written to.');
    expect(await kubectl.run(['api-resources', `--api-group=${group}`])).toMatch(/certificates\s+cert\s+\S+\/v1\s+true\s+Certificate/);
    expect(await run('get', 'e2e')).toContain('web');
  });

  it('compares, applies and merges on either side', async () => {
    const changed = certificate(group, 'web', 'web-tls', { duration: '24h' });
    const diff = await kubectl.try(['-n', namespace, 'diff', '-f', '-'], changed);
    expect([diff.code, diff.stdout]).toEqual([1, expect.stringMatching(/-\s+duration: 2160h\n\+\s+duration: 24h/)]);
    expect((await apply(changed)).stdout).toContain('configured');
    const applied = await apply(certificate(group, 'owned', 'a'), '--server-side', '--field-manager=one');
    expect(applied.stdout).toContain('serverside-applied');
    const other = await apply(
      certificate(group, 'owned', 'a', { duration: '1h', dnsNames: ['b.example.com'] }),
      '--server-side',
      '--field-manager=two',
    );
    expect([other.code, other.stderr]).toEqual([0, '']);
    expect(await run('get', certificates, 'owned', '-o', 'jsonpath={.spec.dnsNames}')).toBe('["example.com","b.example.com"]');
    await run('patch', certificates, 'owned', '--type=json', '-p', '[{"op":"remove","path":"/spec/dnsNames"}]');
  });

  it('refuses what its schema and its rules do not allow, naming the field', async () => {
    const immutable = await apply(certificate(group, 'web', 'other'));
    expect(immutable.stderr).toContain(`spec: Invalid value: "object": secretName is immutable`);
    const wrong = await apply(certificate(group, 'wrong', '', { replicas: -1 }));
    expect(wrong.stderr).toContain('spec.secretName in body should be at least 1 chars long');
    expect(wrong.stderr).toContain('spec.replicas in body should be greater than or equal to 0');
    const unknown = await apply(certificate(group, 'wrong', 'a', { odd: true }));
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('unknown field "spec.odd"')]);
    const strategic = await kubectl.try(['-n', namespace, 'patch', certificates, 'web', '--type=strategic', '-p', '{}']);
    expect(strategic.stderr).toMatch(/415|unsupported|not supported|unknown format/i);
  });

  it('scales it, selects it by its fields and follows it', async () => {
    await run('scale', certificates, 'web', '--replicas=3');
    expect(await run('get', certificates, '--field-selector', 'spec.secretName=web-tls', '-o', 'jsonpath={.items[*].spec.replicas}')).toBe(
      '3',
    );
    const watching = kubectl.start(['-n', namespace, 'get', certificates, '-w', '--no-headers']);
    let seen = '';
    watching.stdout?.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    try {
      await apply(certificate(group, 'late', 'late-tls'));
      await expect.poll(() => seen, { timeout: 10_000 }).toMatch(/late\s+late-tls/);
    } finally {
      watching.kill('SIGTERM');
    }
  });

  it('serves two versions of one stored kind, and warns of the old one', async () => {
    await kubectl.run(['apply', '-f', '-'], twoVersions(group));
    const old = JSON.stringify({ apiVersion: `${group}/v1beta1`, kind: 'Gadget', metadata: { name: 'one' }, spec: { size: 2 } });
    const made = await kubectl.try(['apply', '-f', '-'], old);
    expect([made.code, made.stderr]).toEqual([0, expect.stringContaining(`${group}/v1beta1 Gadget is deprecated; use ${group}/v1 Gadget`)]);
    expect(await kubectl.run(['get', `gadgets.v1.${group}`, 'one', '-o', 'jsonpath={.apiVersion} {.spec}'])).toBe(
      `${group}/v1 {"color":"blue","size":2}`,
    );
    expect(await kubectl.run(['get', `gadgets.v1beta1.${group}`, 'one', '-o', 'jsonpath={.spec}'])).toBe('{"size":2}');
  });

  it('takes a definition of half a megabyte in its stride', async () => {
    const large = largeDefinition(group);
    expect(large.length).toBeGreaterThan(450_000);
    await kubectl.run(['create', '-f', '-'], large);
    const application = {
      apiVersion: `${group}/v1alpha1`,
      kind: 'Application',
      metadata: { name: 'big' },
      spec: { field0: { field7: 'x' } },
    };
    expect((await apply(JSON.stringify(application))).stdout).toContain('created');
    expect(await kubectl.run(['explain', `applications.${group}.spec.field0`])).toContain('Says how this part of the application');
  });

  it('goes with its definition', async () => {
    await kubectl.run(['delete', 'crd', certificates, '--timeout=30s']);
    const gone = await kubectl.try(['-n', namespace, 'get', certificates]);
    expect(gone.code).toBe(1);
  });
});
