import { describe, expect, it } from 'vitest';
import { containerResources } from './container-resources.ts';
import { containerSecurity } from './container-security.ts';
import { defaultPullPolicy, parseImageReference } from './image-reference.ts';
import { pauseProgram } from './pause-program.ts';
import { credentialsFor } from './registry-credentials.ts';
import { tarOfFile } from './tar-entry.ts';

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'shop', uid: 'u' }, spec: { containers: [] } };

describe('image references', () => {
  it.each([
    ['nginx', { registry: 'docker.io', repository: 'library/nginx' }],
    ['team/app:1.2', { registry: 'docker.io', repository: 'team/app', tag: '1.2' }],
    ['localhost/app', { registry: 'localhost', repository: 'app' }],
    ['registry.test:5000/a/b:v1', { registry: 'registry.test:5000', repository: 'a/b', tag: 'v1' }],
    [`ghcr.test/a@sha256:${'0'.repeat(64)}`, { registry: 'ghcr.test', repository: 'a', digest: `sha256:${'0'.repeat(64)}` }],
  ])('%s', (text, reference) => expect(parseImageReference(text)).toEqual(reference));

  it.each(['', 'UPPER', 'a b', 'a:b:c', 'a@b@c', '/a', 'a//b', 'a:', 'a@sha256:12', '-x', 'a'.repeat(5000)])('%j names none', (text) =>
    expect(parseImageReference(text)).toBeUndefined(),
  );

  it('are pulled always when what they name may change', () => {
    expect(['nginx', 'nginx:latest', 'nginx:1', `nginx@sha256:${'a'.repeat(64)}`].map(defaultPullPolicy)).toEqual([
      'Always',
      'Always',
      'IfNotPresent',
      'IfNotPresent',
    ]);
  });
});

describe('pull secrets', () => {
  const secret = (auths: object) => ({ data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') } });
  const login = (username: string) => ({ auth: Buffer.from(`${username}:pw:1`).toString('base64') });
  const names = (image: string, auths: object) =>
    credentialsFor(parseImageReference(image)!, [secret(auths)]).map(({ username }) => username);

  it('fit by registry and path, the closest first', () => {
    const auths = {
      'registry.test': login('all'),
      'https://registry.test/team': login('team'),
      'other.test': login('other'),
      '*.test': login('star'),
    };
    expect(names('registry.test/team/app', auths)).toEqual(['team', 'all', 'star']);
    expect(names('registry.test/teams/app', auths)).toEqual(['all', 'star']);
    expect(names('nginx', { 'index.docker.io': login('hub') })).toEqual(['hub']);
  });

  it('keep a password with colons, and unreadable ones help nobody', () => {
    expect(credentialsFor(parseImageReference('r.test/a')!, [secret({ 'r.test': login('u') })])).toEqual(
      [{ auth: undefined, username: 'u', password: 'pw:1', serveraddress: 'r.test' }].map(({ username, password, serveraddress }) => ({
        username,
        password,
        serveraddress,
      })),
    );
    expect(
      credentialsFor(parseImageReference('r.test/a')!, [
        { data: { '.dockerconfigjson': 'e30' } },
        { data: { '.dockerconfigjson': '???' } },
      ]),
    ).toEqual([]);
  });
});

describe('resources', () => {
  const of = (resources: object, qosClass: 'Burstable' | 'BestEffort' | 'Guaranteed' = 'Burstable') =>
    containerResources({ name: 'a', resources }, { qosClass, memoryBytes: 1000 * 1024 * 1024, lowestOomScoreAdjust: -1000 });

  it('become the kubelet’s cgroup numbers', () => {
    expect(of({ requests: { cpu: '250m', memory: '100Mi' }, limits: { cpu: '500m', memory: '200Mi' } })).toEqual({
      CpuShares: 256,
      CpuPeriod: 100_000,
      CpuQuota: 50_000,
      Memory: 209_715_200,
      MemorySwap: 209_715_200,
      OomScoreAdj: 900,
    });
    expect(of({ limits: { cpu: '1' } })).toMatchObject({ CpuShares: 1024 });
    expect(of({}, 'BestEffort')).toEqual({ CpuShares: 2, OomScoreAdj: 1000 });
    expect(of({ limits: { cpu: '1m', memory: '1Gi' } }, 'Guaranteed')).toMatchObject({ CpuQuota: 1000, CpuShares: 2, OomScoreAdj: -997 });
  });
});

describe('security', () => {
  it('takes the container’s word over the pod’s', () => {
    const strict = {
      ...pod,
      spec: { ...pod.spec, securityContext: { runAsUser: 10, runAsGroup: 20, fsGroup: 30, supplementalGroups: [40] } },
    };
    const own = {
      name: 'a',
      securityContext: { runAsUser: 11, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    };
    expect(containerSecurity(strict, own, undefined)).toEqual({
      User: '11:20',
      HostConfig: {
        Privileged: false,
        CapAdd: [],
        CapDrop: ['ALL'],
        GroupAdd: ['40', '30'],
        ReadonlyRootfs: true,
        SecurityOpt: ['no-new-privileges'],
      },
    });
    expect(containerSecurity(pod, { name: 'a' }, 'app').User).toBe('');
    expect(containerSecurity(pod, { name: 'a', securityContext: { runAsGroup: 5 } }, 'app').User).toBe('app:5');
  });

  it('refuses what may be root when it must not be', () => {
    const check = (runAsUser: number | undefined, imageUser: string) => () =>
      containerSecurity(pod, { name: 'a', securityContext: { runAsNonRoot: true, runAsUser } }, imageUser);
    expect(check(undefined, '')).toThrow('container has runAsNonRoot and image will run as root (pod: "web_shop(u)", container: a)');
    expect(check(undefined, 'app')).toThrow('image has non-numeric user (app), cannot verify user is non-root');
    expect(check(0, '5')).toThrow("container's runAsUser breaks non-root policy");
    expect(check(undefined, '5')).not.toThrow();
    expect(check(7, '')).not.toThrow();
  });
});

describe('the sandbox’s image', () => {
  it('is a file of a few bytes in a well-formed archive', () => {
    for (const architecture of ['x64', 'arm64'] as const) {
      const program = pauseProgram(architecture);
      expect(program.length).toBeLessThan(300);
      expect(program.subarray(1, 4).toString()).toBe('ELF');
      const archive = tarOfFile('pause', program, 0o755);
      expect(archive.length % 512).toBe(0);
      expect(archive.toString('latin1', 257, 262)).toBe('ustar');
    }
  });
});
