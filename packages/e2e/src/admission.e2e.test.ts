import { waitFor } from '@kajitori/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kubectl } from './kubectl.ts';
import { image, sleeper, webDeployment } from './manifests.ts';
import { newestKubectl } from './newest-kubectl.ts';

/** What the built-in admission plug-ins say to a person at the newest kubectl. */
const namespaces = ['quotas', 'limits', 'restricted', 'priorities', 'budgets', 'debugging'].map((name) => `admission-${name}`);
const [quotas = '', limits = '', restricted = '', priorities = '', budgets = '', debugging = ''] = namespaces;
const owns = new AsyncDisposableStack();
let kubectl: Kubectl;

beforeAll(async () => {
  ({ kubectl } = await newestKubectl(owns));
  await Promise.all(namespaces.map((name) => kubectl.run(['create', 'namespace', name])));
});
afterAll(async () => {
  await kubectl.run(['delete', 'namespace', ...namespaces, '--wait=true', '--timeout=80s']);
  await owns.disposeAsync();
});

const field = (namespace: string, object: string, path: string): Promise<string> =>
  kubectl.run(['-n', namespace, 'get', object, '-o', `jsonpath=${path}`]);
const apply = (manifest: string): Promise<string> => kubectl.run(['apply', '-f', '-'], manifest);
const create = async (manifest: string): Promise<string> => (await kubectl.try(['create', '-f', '-'], manifest)).stderr;

describe('a resource quota', () => {
  it('counts, refuses what is too much, and takes back what is gone', async () => {
    await apply(sleeper(quotas, 'before'));
    await kubectl.run(['-n', quotas, 'create', 'quota', 'q', '--hard=pods=2,count/configmaps=3']);
    await waitFor(async () => (await field(quotas, 'quota/q', '{.status.used.pods}')) === '1', { what: 'the quota is counted' });
    await apply(sleeper(quotas, 'second'));
    expect(await create(sleeper(quotas, 'third'))).toContain(
      'pods "third" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2',
    );
    await kubectl.run(['-n', quotas, 'delete', 'pod', 'before', '--wait=true']);
    await waitFor(async () => (await field(quotas, 'quota/q', '{.status.used.pods}')) === '1', { what: 'the quota is given back' });
    await apply(sleeper(quotas, 'third'));
    expect(await kubectl.run(['-n', quotas, 'describe', 'quota', 'q'])).toMatch(/pods\s+2\s+2/);
  });
});

describe('a limit range', () => {
  it('fills in what is not said, and refuses what is too much', async () => {
    const spec = { limits: [{ type: 'Container', default: { cpu: '200m' }, defaultRequest: { cpu: '50m' }, max: { cpu: '500m' } }] };
    await apply(JSON.stringify({ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'l', namespace: limits }, spec }));
    await apply(sleeper(limits, 'plain'));
    expect(JSON.parse(await field(limits, 'pod/plain', '{.spec.containers[0].resources}'))).toEqual({
      limits: { cpu: '200m' },
      requests: { cpu: '50m' },
    });
    expect(await create(sleeper(limits, 'large', { resources: { limits: { cpu: '2' } } }))).toContain(
      'pods "large" is forbidden: maximum cpu usage per Container is 500m, but limit is 2',
    );
  });
});

describe('pod security', () => {
  it('refuses pods, and warns of templates and of pods that are there', async () => {
    await apply(sleeper(restricted, 'old'));
    const labels = ['enforce', 'warn'].map((mode) => `pod-security.kubernetes.io/${mode}=restricted`);
    const labelled = await kubectl.try(['label', 'namespace', restricted, ...labels]);
    expect(labelled.stderr).toContain(
      `Warning: existing pods in namespace "${restricted}" violate the new PodSecurity enforce level "restricted:latest"`,
    );
    expect(labelled.stderr).toContain(
      'Warning: old: allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile',
    );
    expect(await create(sleeper(restricted, 'new'))).toContain(
      'pods "new" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "main" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "main" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "main" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    );
    expect(await create(webDeployment(restricted, 0))).toContain(
      'Warning: would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "web" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "web" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "web" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "web" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    );
    const securityContext = {
      allowPrivilegeEscalation: false,
      runAsNonRoot: true,
      runAsUser: 1000,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    };
    await apply(sleeper(restricted, 'hardened', { securityContext }));
    await kubectl.run(['-n', restricted, 'wait', '--for=condition=Ready', 'pod/hardened', '--timeout=60s']);
  });
});

describe('priority', () => {
  it('is the number of the class', async () => {
    await kubectl.run(['create', 'priorityclass', 'admission-high', '--value=1000']);
    owns.defer(async () => void (await kubectl.run(['delete', 'priorityclass', 'admission-high'])));
    const overrides = (priorityClassName: string): string => `--overrides=${JSON.stringify({ spec: { priorityClassName } })}`;
    await kubectl.run(['-n', priorities, 'run', 'high', `--image=${image}`, overrides('admission-high')]);
    expect(await field(priorities, 'pod/high', '{.spec.priority} {.spec.preemptionPolicy}')).toBe('1000 PreemptLowerPriority');
    const refused = await kubectl.try(['-n', priorities, 'run', 'none', `--image=${image}`, overrides('no-such-class')]);
    expect(refused.stderr).toContain('pods "none" is forbidden: no PriorityClass with name no-such-class was found');
  });
});

describe('a disruption budget', () => {
  it('lets go only as many as it allows', async () => {
    await apply(webDeployment(budgets, 3));
    await kubectl.run(['-n', budgets, 'rollout', 'status', 'deployment/web', '--timeout=80s']);
    await kubectl.run(['-n', budgets, 'create', 'pdb', 'web', '--selector=app=web', '--max-unavailable=0']);
    await waitFor(async () => (await field(budgets, 'pdb/web', '{.status.currentHealthy} {.status.disruptionsAllowed}')) === '3 0', {
      what: 'the budget is counted',
    });
    const name = await field(budgets, 'pods', '{.items[0].metadata.name}');
    const eviction = JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: budgets } });
    const evict = () => kubectl.try(['create', '--raw', `/api/v1/namespaces/${budgets}/pods/${name}/eviction`, '-f', '-'], eviction);
    expect((await evict()).stderr).toContain("Cannot evict pod as it would violate the pod's disruption budget.");
    await kubectl.run(['-n', budgets, 'patch', 'pdb', 'web', '--type=merge', '-p', '{"spec":{"maxUnavailable":1}}']);
    await waitFor(async () => (await field(budgets, 'pdb/web', '{.status.disruptionsAllowed}')) === '1', { what: 'one may go' });
    expect((await evict()).code).toBe(0);
    await kubectl.run(['-n', budgets, 'rollout', 'status', 'deployment/web', '--timeout=80s']);
  });
});

describe('kubectl debug', () => {
  it('puts a container beside those that run, and shows it their processes', async () => {
    await apply(sleeper(debugging, 'subject'));
    await kubectl.run(['-n', debugging, 'wait', '--for=condition=Ready', 'pod/subject', '--timeout=60s']);
    const look = ['sh', '-c', 'ps; echo looked; sleep 30'];
    await kubectl.run(['-n', debugging, 'debug', 'subject', `--image=${image}`, '--target=main', '-c', 'look', '--', ...look]);
    await waitFor(async () => (await kubectl.try(['-n', debugging, 'logs', 'subject', '-c', 'look'])).stdout.includes('looked'), {
      what: 'the debug container looks',
    });
    expect((await kubectl.try(['-n', debugging, 'logs', 'subject', '-c', 'look'])).stdout).toContain('sleep 3600');
    expect(await field(debugging, 'pod/subject', '{.status.ephemeralContainerStatuses[0].state.running.startedAt}')).toMatch(/^20/);
  });
});
