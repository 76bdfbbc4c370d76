import { join } from 'node:path';
import { kubectlVersions, type TestInstance } from '@kajitori/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kubectl } from './kubectl.ts';
import { openScratch } from './scratch.ts';

/** What people type beside the first path: every way to change and to look, once for every kubectl on the machine. */
const versions = await kubectlVersions();
const owns = new AsyncDisposableStack();
let instance: TestInstance;
let scratch: string;

beforeAll(async () => {
  ({ instance, directory: scratch } = await openScratch(owns));
});
afterAll(() => owns.disposeAsync());

function configMap(name: string, data: Record<string, string>, labels?: Record<string, string>): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data };
}

const manifest = (...objects: object[]): string => objects.map((object) => JSON.stringify(object)).join('\n');

describe.each(versions)('kubectl $version', ({ version, path: binary }) => {
  const label = version.replace(/[^0-9]+/g, '-').replace(/^-|-$/g, '');
  const namespace = `verbs-${label}`;
  let kubectl: Kubectl;
  const run = (...args: string[]): Promise<string> => kubectl.run(['-n', namespace, ...args]);
  const fed = (input: object | object[], ...args: string[]) =>
    kubectl.try(['-n', namespace, ...args, '-f', '-'], manifest(...[input].flat()));

  beforeAll(async () => {
    kubectl = new Kubectl({ binary, kubeconfig: instance.kubeconfigFile, cacheDirectory: join(scratch, version) });
    await kubectl.run(['create', 'namespace', namespace]);
  });
  afterAll(async () => {
    await kubectl.try(['delete', 'node', `spare-${label}`, '--ignore-not-found']);
    await kubectl.run(['delete', 'namespace', namespace, '--timeout=60s']);
  });

  it('prunes what is no longer in a set, by label and by an apply set', async () => {
    const labels = { set: 'one' };
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'old', labels }, spec: { ports: [{ port: 80 }] } };
    const both = [configMap('kept', { a: '1' }, labels), service];
    const prune = ['apply', '--prune', '-l', 'set=one', '--prune-allowlist=core/v1/ConfigMap', '--prune-allowlist=core/v1/Service'];
    expect((await fed(both, ...prune)).stdout).toBe('configmap/kept created\nservice/old created\n');
    expect((await fed(both.slice(0, 1), ...prune)).stdout).toBe('configmap/kept unchanged\nservice/old pruned\n');
    const sets = new Kubectl({
      binary,
      kubeconfig: instance.kubeconfigFile,
      cacheDirectory: join(scratch, version),
      environment: { KUBECTL_APPLYSET: 'true' },
    });
    const apply = (...objects: object[]) =>
      sets.run(['-n', namespace, 'apply', '--prune', '--applyset=secrets/mine', '-f', '-'], manifest(...objects));
    const members = [configMap('first', { a: '1' }), configMap('second', { a: '1' })];
    expect(await apply(...members)).toBe('configmap/first created\nconfigmap/second created\n');
    expect(await apply(...members.slice(0, 1))).toBe('configmap/first unchanged\nconfigmap/second pruned\n');
  });

  it('replaces an object, with its history or without', async () => {
    const uid = (): Promise<string> => run('get', 'configmap', 'replaced', '-o', 'jsonpath={.metadata.uid}');
    await fed(configMap('replaced', { a: '1', b: '1' }), 'create');
    const first = await uid();
    expect((await fed(configMap('replaced', { a: '2' }), 'replace')).stdout).toBe('configmap/replaced replaced\n');
    expect([await uid(), await run('get', 'configmap', 'replaced', '-o', 'jsonpath={.data}')]).toEqual([first, '{"a":"2"}']);
    await fed(configMap('replaced', { a: '3' }), 'replace', '--force');
    expect(await uid()).not.toBe(first);
    const missing = await fed(configMap('missing', {}), 'replace');
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('configmaps "missing" not found')]);
  });

  it('applies on the server: owners, conflicts, force, and the way over from client-side applies and back', async () => {
    await fed(configMap('owned', { a: '1' }), 'apply', '--server-side', '--field-manager=one');
    const refused = await fed(configMap('owned', { a: '2' }), 'apply', '--server-side', '--field-manager=two');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/conflict with "one": \.data\.a/)]);
    await fed(configMap('owned', { a: '2' }), 'apply', '--server-side', '--field-manager=two', '--force-conflicts');
    const managers = await run('get', 'configmap', 'owned', '--show-managed-fields', '-o', 'jsonpath={.metadata.managedFields[*].manager}');
    expect(managers).toContain('two');
    await fed(configMap('moved', { a: '1', b: '1' }), 'apply');
    await fed(configMap('moved', { a: '1' }), 'apply', '--server-side');
    expect(await run('get', 'configmap', 'moved', '-o', 'jsonpath={.data}')).toBe('{"a":"1"}');
    const noted = JSON.parse(await run('apply', 'view-last-applied', 'configmap', 'moved', '-o', 'json')) as { data: unknown };
    expect(noted.data).toEqual({ a: '1' });
    await fed(configMap('moved', { c: '1' }), 'apply');
    expect(await run('get', 'configmap', 'moved', '-o', 'jsonpath={.data}')).toBe('{"c":"1"}');
  });

  it('changes parts of objects', async () => {
    await run('create', 'deployment', 'web', '--image=web:1', '--replicas=0');
    await run('label', 'deployment', 'web', 'tier=front');
    const taken = await kubectl.try(['-n', namespace, 'label', 'deployment', 'web', 'tier=back']);
    expect(taken.stderr).toContain("'tier' already has a value (front), and --overwrite is false");
    expect(await run('annotate', 'deployment', 'web', 'note=a', '--overwrite')).toMatch(/^deployment\.apps\/web annotated?\n$/);
    await run('set', 'image', 'deployment/web', 'web=web:2');
    await run('set', 'env', 'deployment/web', 'MODE=fast');
    await run('set', 'resources', 'deployment/web', '--limits=cpu=100m,memory=64Mi');
    await run('set', 'serviceaccount', 'deployment/web', 'default');
    await run('set', 'selector', 'service/none', 'a=b', '--local', '-o', 'yaml').catch(() => '');
    await run('patch', 'deployment', 'web', '-p', '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"side:1"}]}}}}');
    await run('patch', 'deployment', 'web', '--type=json', '-p', '[{"op":"add","path":"/spec/minReadySeconds","value":3}]');
    await run('patch', 'deployment', 'web', '--type=merge', '-p', '{"spec":{"revisionHistoryLimit":2}}');
    await run('patch', 'deployment', 'web', '--subresource=scale', '--type=merge', '-p', '{"spec":{"replicas":0}}');
    const { metadata, spec } = await kubectl.json<{
      metadata: { labels: object; annotations: object };
      spec: { minReadySeconds: number; revisionHistoryLimit: number; template: { spec: { containers: object[] } } };
    }>(['-n', namespace, 'get', 'deployment', 'web']);
    expect(metadata).toMatchObject({ labels: { tier: 'front' }, annotations: { note: 'a' } });
    expect(spec).toMatchObject({ minReadySeconds: 3, revisionHistoryLimit: 2 });
    expect(spec.template.spec.containers).toMatchObject(
      [
        { image: 'web:2', env: [{ name: 'MODE', value: 'fast' }], resources: { limits: { cpu: '100m', memory: '64Mi' } } },
        { name: 'side' },
      ].toSorted((a, b) => Number('name' in b) - Number('name' in a)),
    );
    expect(await run('rollout', 'pause', 'deployment/web')).toBe('deployment.apps/web paused\n');
    expect(await run('rollout', 'resume', 'deployment/web')).toBe('deployment.apps/web resumed\n');
    expect(await run('autoscale', 'deployment', 'web', '--max=3')).toBe('horizontalpodautoscaler.autoscaling/web autoscaled\n');
    expect(await run('expose', 'deployment', 'web', '--port=80')).toBe('service/web exposed\n');
  });

  it('makes what it has words for', async () => {
    const made = [
      ['quota', 'small', '--hard=pods=2,configmaps=50'],
      ['role', 'reader', '--verb=get,list', '--resource=pods,deployments.apps'],
      ['rolebinding', 'readers', '--role=reader', '--user=anna'],
      ['serviceaccount', 'robot'],
      ['poddisruptionbudget', 'steady', '--selector=app=web', '--min-available=1'],
      ['ingress', 'front', '--rule=example.com/a*=web:80,tls=web-tls'],
      ['cronjob', 'nightly', '--image=web:1', '--schedule=0 9 * * *'],
      ['secret', 'generic', 'keys', '--from-literal=a=b'],
      ['service', 'externalname', 'away', '--external-name=example.com'],
    ];
    for (const words of made) expect(await run('create', ...words)).toMatch(/ created\n$/);
    expect(await run('get', 'ingress', 'front', '-o', 'jsonpath={.spec.rules[0].http.paths[0].pathType}')).toBe('Prefix');
    expect(await run('describe', 'quota', 'small')).toMatch(/configmaps\s+\d+\s+50\n.*pods\s+0\s+2/s);
    expect(await run('describe', 'role', 'reader')).toMatch(/deployments\.apps\s+\[\]\s+\[\]\s+\[get list\]/);
    expect(await run('auth', 'can-i', 'list', 'pods', '--as=anna')).toBe('yes\n');
    const can = await run('auth', 'can-i', '--list', '--as=anna');
    expect(can).toMatch(/pods\s+\[\]\s+\[\]\s+\[get list\]/);
  });

  it('looks in every form', async () => {
    expect(await run('get', 'configmaps', '--chunk-size=2', '--sort-by=.metadata.name', '-o', 'name')).toMatch(
      /configmap\/first\nconfigmap\/kept\nconfigmap\/kube-root-ca\.crt\n/,
    );
    expect(await run('get', 'deployments', '-o', 'custom-columns=NAME:.metadata.name,MODE:.spec.strategy.type')).toBe(
      'NAME   MODE\nweb    RollingUpdate\n',
    );
    expect(await run('get', 'deployments', '-l', 'tier in (front)', '-o', 'go-template={{range .items}}{{.metadata.name}}{{end}}')).toBe(
      'web',
    );
    expect(await run('get', 'secrets', '--field-selector=type=Opaque', '-o', 'name')).toContain('secret/keys');
    expect(await run('get', 'all')).toMatch(/deployment\.apps\/web/);
    expect(await run('get', 'cm,svc', '--show-labels')).toMatch(/service\/web .*app=web/);
    expect(await run('wait', 'deployment/web', '--for=jsonpath={.spec.paused}=false', '--timeout=1s').catch(String)).toMatch(/met|paused/);
    expect(await run('events', '--types=Normal')).toMatch(/LAST SEEN|No events found/);
    expect(await kubectl.run(['get', '--raw', '/readyz'])).toBe('ok');
    expect(await kubectl.run(['cluster-info'])).toContain('is running at');
    expect(await kubectl.run(['api-versions'])).toMatch(/^apps\/v1$/m);
    expect(await kubectl.run(['get', 'namespaces', '-A', '-o', 'name'])).toContain(`namespace/${namespace}`);
  });

  it('marks nodes', async () => {
    const node = `spare-${label}`;
    await fed({ apiVersion: 'v1', kind: 'Node', metadata: { name: node } }, 'create');
    expect(await kubectl.run(['taint', 'node', node, 'only=us:NoSchedule'])).toBe(`node/${node} tainted\n`);
    expect(await kubectl.run(['cordon', node])).toBe(`node/${node} cordoned\n`);
    expect(await kubectl.run(['get', 'node', node])).toMatch(/SchedulingDisabled/);
    expect(await kubectl.run(['drain', node, '--ignore-daemonsets'])).toContain(`node/${node} drained`);
    expect(await kubectl.run(['uncordon', node])).toBe(`node/${node} uncordoned\n`);
    expect(await kubectl.run(['taint', 'node', node, 'only-'])).toBe(`node/${node} untainted\n`);
    expect(await kubectl.run(['label', 'node', node, 'disk=ssd'])).toBe(`node/${node} labeled\n`);
  });
});

/** The oldest reads OpenAPI v2, the newest v3. */
describe.each([...new Set([versions.at(0), versions.at(-1)])].filter((one) => one !== undefined))(
  'kubectl $version',
  ({ version, path: binary }) => {
    it('explains every kind down to its last field', async () => {
      const kubectl = new Kubectl({ binary, kubeconfig: instance.kubeconfigFile, cacheDirectory: join(scratch, `explain-${version}`) });
      const lines = (await kubectl.run(['api-resources', '--no-headers'])).trim().split('\n');
      expect(lines.length).toBeGreaterThan(60);
      for (const line of lines) {
        const [, name = '', apiVersion = ''] = /^(\S+).*?\s(\S*v\d\S*)\s+(?:true|false)\s/.exec(line) ?? [];
        const { code, stdout, stderr } = await kubectl.try(['explain', name, `--api-version=${apiVersion}`, '--recursive']);
        expect([line, code, stderr]).toEqual([line, 0, '']);
        expect(stdout).toMatch(/KIND: +\w+[^]*VERSION: +[^]*FIELDS:\n[^]+/);
      }
    }, 180_000);
  },
);
