import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubectlVersions, oldestKubectlMinor, type TestInstance, waitFor } from '@kajitori/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kubectl } from './kubectl.ts';
import { openScratch } from './scratch.ts';
import { image, newerImage, sleeper, webDeployment } from './manifests.ts';

/** What a person does in the first hour, once for every kubectl on the machine. */
const versions = await kubectlVersions();
const owns = new AsyncDisposableStack();
let instance: TestInstance;
let scratch: string;

beforeAll(async () => {
  ({ instance, directory: scratch } = await openScratch(owns));
});
afterAll(() => owns.disposeAsync());

describe.each(versions)('kubectl $version', ({ version, minor, path: binary }) => {
  const namespace = `first-${version.replace(/[^0-9]+/g, '-').replace(/^-|-$/g, '')}`;
  let kubectl: Kubectl;
  const inNamespace = (...args: string[]): string[] => ['-n', namespace, ...args];
  const run = (...args: string[]): Promise<string> => kubectl.run(inNamespace(...args));

  beforeAll(async () => {
    kubectl = new Kubectl({ binary, kubeconfig: instance.kubeconfigFile, cacheDirectory: join(scratch, version) });
    await kubectl.run(['create', 'namespace', namespace]);
  });
  afterAll(async () => {
    await kubectl.run(['delete', 'namespace', namespace, '--wait=true', '--timeout=60s']);
  });

  it('knows who it is and what it may do', async () => {
    expect(await kubectl.run(['auth', 'can-i', 'create', 'deployments'])).toContain('yes');
    // 1.27 asks for the beta of SelfSubjectReview alone, which no Kubernetes serves any more.
    const whoami = await kubectl.try(['auth', 'whoami']);
    const knows = whoami.stdout.includes('system:masters');
    expect(knows).toBe(minor !== oldestKubectlMinor);
  });

  it('explains, and finds resources by their short names', async () => {
    expect(await kubectl.run(['explain', 'deployment.spec.strategy'])).toMatch(/rollingUpdate/);
    const resources = await kubectl.run(['api-resources']);
    expect(resources).toMatch(/^deployments\s+deploy\s+apps\/v1\s+true\s+Deployment/m);
  });

  it('refuses what is wrong, naming the field', async () => {
    const wrongType = await kubectl.try(
      inNamespace('apply', '-f', '-'),
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad}\nspec: {replicas: many}\n',
    );
    expect(wrongType.code).not.toBe(0);
    expect(wrongType.stderr).toMatch(/replicas/);
    const unknownField = await kubectl.try(
      inNamespace('create', '--validate=strict', '-f', '-'),
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bad}\ndatum: {a: b}\n',
    );
    expect(unknownField.code).not.toBe(0);
    expect(unknownField.stderr).toMatch(/unknown field "datum"/);
    const badName = await kubectl.try(inNamespace('create', 'configmap', 'Not_Valid'));
    expect(badName.stderr).toMatch(/lowercase RFC 1123 subdomain/);
  });

  it('creates and changes configuration', async () => {
    await run('create', 'configmap', 'settings', '--from-literal=color=blue');
    await run('create', 'secret', 'generic', 'password', '--from-literal=value=hidden');
    await run('label', 'configmap', 'settings', 'tier=web');
    await run('annotate', 'configmap', 'settings', 'note=first');
    await run('patch', 'configmap', 'settings', '--type=json', '-p', '[{"op":"replace","path":"/data/color","value":"green"}]');
    expect(await run('get', 'configmap', '-l', 'tier=web', '-o', 'jsonpath={.items[0].data.color}')).toBe('green');
    const changed = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {color: red}\n';
    const diff = await kubectl.try(inNamespace('diff', '-f', '-'), changed);
    expect(diff.code).toBe(1);
    expect(diff.stdout).toMatch(/\+\s+color: red/);
    expect(await run('get', 'configmap', 'settings', '-o', 'jsonpath={.data.color}')).toBe('green');
  });

  it('applies server-side, and keeps the fields of others', async () => {
    const settings = (color: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: owned}\ndata: {color: ${color}}\n`;
    const apply = (color: string, ...more: string[]) =>
      kubectl.try(inNamespace('apply', '--server-side', '-f', '-', ...more), settings(color));
    expect((await apply('blue')).stdout).toContain('serverside-applied');
    const refused = await apply('red', '--field-manager=painter');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/conflict with "kubectl".*: \.data\.color/);
    expect((await apply('red', '--field-manager=painter', '--force-conflicts')).code).toBe(0);
    expect(await run('get', 'configmap', 'owned', '-o', 'jsonpath={.data.color}')).toBe('red');
  });

  it('runs a Deployment, scales it, rolls it and rolls it back', async () => {
    await kubectl.run(['apply', '-f', '-'], webDeployment(namespace));
    await run('rollout', 'status', 'deployment/web', '--timeout=60s');
    expect(await run('get', 'deployment', 'web')).toMatch(/web\s+2\/2\s+2\s+2/);
    await run('scale', 'deployment/web', '--replicas=1');
    await waitFor(async () => (await run('get', 'pods', '-l', 'app=web', '--no-headers')).trim().split('\n').length === 1, {
      what: 'one pod of web',
      timeoutMilliseconds: 30_000,
    });
    await run('set', 'image', 'deployment/web', `web=${newerImage}`);
    await run('rollout', 'status', 'deployment/web', '--timeout=60s');
    expect(await run('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].spec.containers[0].image}')).toContain(newerImage);
    expect((await run('rollout', 'history', 'deployment/web')).match(/^\d/gm)?.length).toBe(2);
    await run('rollout', 'undo', 'deployment/web');
    await run('rollout', 'status', 'deployment/web', '--timeout=60s');
    await run('rollout', 'restart', 'deployment/web');
    await run('rollout', 'status', 'deployment/web', '--timeout=60s');
    const images = await run('get', 'deployment', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}');
    expect(images).toBe(image);
    expect(await run('describe', 'deployment', 'web')).toMatch(/NewReplicaSet:\s+web-/);
  });

  it('runs commands in a pod, and carries files to and from it', async () => {
    await kubectl.run(['apply', '-f', '-'], sleeper(namespace, 'box'));
    await run('wait', '--for=condition=Ready', 'pod/box', '--timeout=60s');
    expect(await run('exec', 'box', '--', 'echo', 'inside')).toBe('inside\n');
    const failing = await kubectl.try(inNamespace('exec', 'box', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7'));
    expect(failing).toMatchObject({ code: 7, stdout: 'out\n' });
    expect(failing.stderr).toContain('err');
    expect((await kubectl.try(inNamespace('exec', '-i', 'box', '--', 'cat'), 'through stdin')).stdout).toBe('through stdin');
    expect(await run('logs', 'box')).toBe('first line\n');
    const file = join(scratch, `${namespace}.txt`);
    await writeFile(file, 'carried');
    await run('cp', file, 'box:/tmp/carried');
    expect(await run('exec', 'box', '--', 'cat', '/tmp/carried')).toBe('carried');
    await run('cp', 'box:/tmp/carried', `${file}.back`);
    expect(await readFile(`${file}.back`, 'utf8')).toBe('carried');
    expect(await run('describe', 'pod', 'box')).toMatch(/Started\s+.*kubelet\s+/);
    expect(await run('get', 'pod', 'box', '-o', 'wide')).toMatch(/box\s+1\/1\s+Running\s+0/);
  });

  it('forwards a port', async () => {
    const forward = kubectl.start(inNamespace('port-forward', 'deployment/web', ':8080'));
    try {
      const port = await new Promise<string>((resolve, reject) => {
        forward.stdout?.on('data', (chunk: Buffer) => {
          const match = /127\.0\.0\.1:(\d+)/.exec(chunk.toString());
          if (match?.[1] !== undefined) resolve(match[1]);
        });
        forward.once('exit', (code) => reject(new Error(`port-forward ended with ${code}`)));
      });
      const page = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(10_000) });
      expect(await page.text()).toMatch(/^hello from web-/);
    } finally {
      forward.kill('SIGTERM');
    }
  });

  it('runs a Job and a CronJob by hand', async () => {
    await run('create', 'job', 'once', `--image=${image}`, '--', 'echo', 'done');
    await run('wait', '--for=condition=Complete', 'job/once', '--timeout=60s');
    expect(await run('logs', 'job/once')).toBe('done\n');
    await run('create', 'cronjob', 'yearly', `--image=${image}`, '--schedule=0 0 1 1 *', '--', 'echo', 'new year');
    await run('create', 'job', 'by-hand', '--from=cronjob/yearly');
    await run('wait', '--for=condition=Complete', 'job/by-hand', '--timeout=60s');
    expect(await run('get', 'cronjob', 'yearly')).toMatch(/yearly\s+0 0 1 1 \*\s+<none>\s+False/);
  });
});
