import type { KubeObject } from '@kajitori/apimachinery';
import {
  ingressClasses,
  ingresses,
  type Kind,
  limitRanges,
  namespaces,
  nodes,
  persistentVolumeClaims,
  type Pod,
  pods,
  priorityClasses,
  runtimeClasses,
  storageClasses,
} from '@kajitori/kinds';
import { describe, expect, it } from 'vitest';
import { type MemoryApi, memoryApi, pod } from '../testing/memory-api.testing.ts';

type Body = { metadata: KubeObject['metadata']; [field: string]: unknown };

async function create<T extends KubeObject>({ client }: MemoryApi, kind: Kind<T>, { metadata, ...rest }: Body): Promise<T> {
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  const namespace = kind.namespaced ? { namespace: 'default' } : {};
  return client.resource(kind).create({ apiVersion, kind: kind.kind, metadata: { ...namespace, ...metadata }, ...rest } as unknown as T);
}

const newPod = (api: MemoryApi, name: string, spec: object = {}): Promise<Pod> => {
  const made = pod(name);
  return create(api, pods, { ...made, metadata: made.metadata, spec: { ...made.spec, ...spec } });
};
const container = (resources: object = {}): object => ({ containers: [{ name: 'c', image: 'busybox:1', resources }] });
const refusal = (write: Promise<unknown>): Promise<string> =>
  write.then(
    () => 'written',
    (error: unknown) => (error as Error).message,
  );

describe('LimitRanger', () => {
  it('fills in what containers leave open, and says so', async () => {
    await using api = await memoryApi();
    await create(api, limitRanges, {
      metadata: { name: 'l' },
      spec: { limits: [{ type: 'Container', default: { cpu: '500m', memory: '64Mi' }, defaultRequest: { cpu: '100m' } }] },
    });
    const made = await newPod(api, 'a', container({ limits: { cpu: '1' } }));
    expect(made.spec.containers[0]?.resources).toEqual({ limits: { cpu: '1', memory: '64Mi' }, requests: { cpu: '1', memory: '64Mi' } });
    expect(made.metadata.annotations).toEqual({
      'kubernetes.io/limit-ranger': 'LimitRanger plugin set: memory request for container c; memory limit for container c',
    });
  });

  it('holds containers, pods and claims to their bounds', async () => {
    await using api = await memoryApi();
    await create(api, limitRanges, {
      metadata: { name: 'l' },
      spec: {
        limits: [
          { type: 'Container', min: { cpu: '100m' }, max: { cpu: '1' }, maxLimitRequestRatio: { cpu: '2' } },
          { type: 'Pod', max: { cpu: '1500m' } },
          { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '2Gi' } },
        ],
      },
    });
    const cpu = (requests: string, limits: string): object => container({ requests: { cpu: requests }, limits: { cpu: limits } });
    expect(await refusal(newPod(api, 'a', cpu('50m', '90m')))).toBe(
      'pods "a" is forbidden: minimum cpu usage per Container is 100m, but request is 50m',
    );
    expect(await refusal(newPod(api, 'a', cpu('600m', '2')))).toBe(
      'pods "a" is forbidden: [maximum cpu usage per Container is 1, but limit is 2, cpu max limit to request ratio per Container is 2, but provided ratio is 3.333333, maximum cpu usage per Pod is 1500m, but limit is 2]',
    );
    expect(await refusal(newPod(api, 'a', cpu('500m', '1')))).toBe('written');
    const claim = (storage: string): Promise<unknown> =>
      create(api, persistentVolumeClaims, {
        metadata: { name: 'c' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
      });
    expect(await refusal(claim('3Gi'))).toBe(
      'persistentvolumeclaims "c" is forbidden: maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi',
    );
    expect(await refusal(claim('1Gi'))).toBe('written');
  });
});

describe('Priority', () => {
  it('gives the number of the class, the default or nought', async () => {
    await using api = await memoryApi();
    expect((await newPod(api, 'plain')).spec).toMatchObject({ priority: 0, preemptionPolicy: 'PreemptLowerPriority' });
    await create(api, priorityClasses, { metadata: { name: 'high' }, value: 1000, preemptionPolicy: 'Never' });
    expect((await newPod(api, 'high', { priorityClassName: 'high' })).spec).toMatchObject({ priority: 1000, preemptionPolicy: 'Never' });
    expect(await refusal(newPod(api, 'x', { priorityClassName: 'none' }))).toBe(
      'pods "x" is forbidden: no PriorityClass with name none was found',
    );
    expect(await refusal(newPod(api, 'x', { priorityClassName: 'high', priority: 7 }))).toBe(
      'pods "x" is forbidden: the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 1000 from the given PriorityClass name',
    );
    await create(api, priorityClasses, { metadata: { name: 'usual' }, value: 5, globalDefault: true });
    expect((await newPod(api, 'usual')).spec).toMatchObject({ priorityClassName: 'usual', priority: 5 });
    expect(await refusal(create(api, priorityClasses, { metadata: { name: 'other' }, value: 6, globalDefault: true }))).toBe(
      'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already marked as default. Only one default can exist',
    );
  });
});

describe('RuntimeClass', () => {
  it('gives its overhead and its nodes', async () => {
    await using api = await memoryApi();
    await create(api, runtimeClasses, {
      metadata: { name: 'vm' },
      handler: 'vm',
      overhead: { podFixed: { memory: '64Mi' } },
      scheduling: { nodeSelector: { vm: 'yes' }, tolerations: [{ key: 'vm', operator: 'Exists' }] },
    });
    const { spec } = await newPod(api, 'a', { runtimeClassName: 'vm' });
    expect(spec).toMatchObject({ overhead: { memory: '64Mi' }, nodeSelector: { vm: 'yes' } });
    expect(spec.tolerations).toContainEqual({ key: 'vm', operator: 'Exists' });
    expect(await refusal(newPod(api, 'b', { runtimeClassName: 'none' }))).toBe(
      'pods "b" is forbidden: pod rejected: RuntimeClass "none" not found',
    );
    expect(await refusal(newPod(api, 'b', { overhead: { memory: '1Mi' } }))).toBe(
      'pods "b" is forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
    );
    expect(await refusal(newPod(api, 'b', { runtimeClassName: 'vm', nodeSelector: { vm: 'no' } }))).toBe(
      'pods "b" is forbidden: pod rejected: conflict: runtimeClass.scheduling.nodeSelector[vm] = yes; pod.spec.nodeSelector[vm] = no',
    );
  });
});

describe('classes, marks and growth of storage', () => {
  const claim = { metadata: { name: 'c' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };

  it('gives a claim and an Ingress the default class', async () => {
    await using api = await memoryApi();
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    await create(api, storageClasses, {
      metadata: { name: 'fast', annotations },
      provisioner: 'example.com/disk',
      allowVolumeExpansion: true,
    });
    const made = await create(api, persistentVolumeClaims, claim);
    expect(made.spec.storageClassName).toBe('fast');
    expect(made.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
    const none = await create(api, persistentVolumeClaims, { metadata: { name: 'none' }, spec: { ...claim.spec, storageClassName: '' } });
    expect(none.spec.storageClassName).toBe('');
    await create(api, ingressClasses, {
      metadata: { name: 'web', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'example.com/web' },
    });
    const defaultBackend = { service: { name: 's', port: { number: 80 } } };
    expect((await create(api, ingresses, { metadata: { name: 'i' }, spec: { defaultBackend } })).spec?.ingressClassName).toBe('web');
  });

  it('lets only bound claims of a class that can grow', async () => {
    await using api = await memoryApi();
    await create(api, storageClasses, { metadata: { name: 'fast' }, provisioner: 'example.com/disk' });
    await create(api, persistentVolumeClaims, { ...claim, spec: { ...claim.spec, storageClassName: 'fast' } });
    const claims = api.client.resource(persistentVolumeClaims);
    await claims.patch('default', 'c', { status: { phase: 'Bound' } }, { subresource: 'status' });
    const grow = (): Promise<unknown> => claims.patch('default', 'c', { spec: { resources: { requests: { storage: '2Gi' } } } });
    expect(await refusal(grow())).toBe(
      'persistentvolumeclaims "c" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
    await api.client.resource(storageClasses).patch('', 'fast', { allowVolumeExpansion: true });
    expect(await refusal(grow())).toBe('written');
  });

  it('taints a new node until it is ready', async () => {
    await using api = await memoryApi();
    const made = await create(api, nodes, { metadata: { name: 'n' } });
    expect(made.spec?.taints).toEqual([{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
  });
});

describe('PodTopologyLabels', () => {
  it('copies zone and region of the node', async () => {
    await using api = await memoryApi();
    const labels = { 'topology.kubernetes.io/zone': 'z', 'topology.kubernetes.io/region': 'r', other: 'x' };
    await create(api, nodes, { metadata: { name: 'n', labels } });
    await newPod(api, 'a');
    const target = { apiVersion: 'v1', kind: 'Node', name: 'n' };
    await api.client.resource(pods).post('default', 'a', 'binding', { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'a' }, target });
    const { other: _, ...topology } = labels;
    expect((await api.client.resource(pods).get('default', 'a')).metadata.labels).toEqual(topology);
    expect((await newPod(api, 'b', { nodeName: 'n' })).metadata.labels).toEqual(topology);
  });
});

describe('NodeRestriction', () => {
  it('lets a node say of itself only what draws no pods', async () => {
    await using api = await memoryApi();
    const own = api.api.client(api.cluster, { name: 'system:node:n', groups: ['system:nodes', 'system:authenticated'] });
    const node = (labels: Record<string, string>) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels }, spec: {} });
    expect(await refusal(own.resource(nodes).create(node({ 'node-restriction.kubernetes.io/x': '1' })))).toBe(
      'nodes "n" is forbidden: node "n" is not allowed to set the following labels: node-restriction.kubernetes.io/x',
    );
    await own.resource(nodes).create(node({ 'kubernetes.io/hostname': 'n', own: 'yes' }));
    expect(await refusal(own.resource(nodes).patch('', 'n', { spec: { taints: null } }))).toBe(
      'nodes "n" is forbidden: node "n" is not allowed to modify taints',
    );
    expect(await refusal(own.resource(nodes).patch('', 'n', { metadata: { labels: { 'node-role.kubernetes.io/x': '' } } }))).toBe(
      'nodes "n" is forbidden: node "n" is not allowed to modify labels: node-role.kubernetes.io/x',
    );
    expect(await refusal(own.resource(pods).create(pod('p') as unknown as Pod))).toContain('can only create mirror pods');
    await newPod(api, 'other');
    expect(await refusal(own.resource(pods).delete('default', 'other'))).toBe(
      'pods "other" is forbidden: node "n" can only delete pods with spec.nodeName set to itself',
    );
  });
});

describe('PodSecurity', () => {
  it('refuses and warns by the labels of the namespace', async () => {
    await using api = await memoryApi();
    const spaces = api.client.resource(namespaces);
    await newPod(api, 'old');
    await spaces.patch('', 'default', { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } });
    expect(await refusal(newPod(api, 'x'))).toBe(
      'pods "x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    );
    expect(await refusal(newPod(api, 'y', { hostNetwork: true }))).toContain(
      'host namespaces (hostNetwork=true), allowPrivilegeEscalation',
    );
    expect(await refusal(spaces.patch('', 'default', { metadata: { labels: { 'pod-security.kubernetes.io/warn': 'strict' } } }))).toBe(
      'Namespace "default" is invalid: metadata.labels[pod-security.kubernetes.io/warn]: Invalid value: "strict": must be one of privileged, baseline, restricted',
    );
  });
});
