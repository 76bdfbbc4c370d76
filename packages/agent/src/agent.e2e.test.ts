import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { DesiredObject } from '@kajitori/agent-protocol';
import { newUid } from '@kajitori/apimachinery';
import type { ContainerStatus, PodStatus } from '@kajitori/kinds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestAgent, dockerSocket } from './testing/test-agent.ts';
import { TestGateway, testCluster } from './testing/test-gateway.ts';
import { makeTestImage, testImage } from './testing/test-image.ts';

const gateway = new TestGateway();
let agent: TestAgent;

const docker = (...words: string[]): string =>
  execFileSync('docker', ['-H', `unix://${dockerSocket}`, ...words], { encoding: 'utf8' }).trim();

beforeAll(async () => {
  makeTestImage(dockerSocket);
  await gateway.listen();
  agent = await TestAgent.start(() => gateway.url);
});

afterAll(async () => {
  const { agentId } = JSON.parse(await readFile(join(agent.stateDir, 'state.json'), 'utf8')) as { agentId: string };
  await agent.kill();
  const left = docker('ps', '-aq', '--filter', `label=io.kajitori.agent=${agentId}`).split('\n').filter(Boolean);
  if (left.length > 0) docker('rm', '-f', ...left);
  execFileSync('sh', ['-c', `grep -o '${agent.stateDir}[^ ]*' /proc/self/mountinfo | xargs -r umount -l`]);
  await agent[Symbol.asyncDispose]();
  await gateway[Symbol.asyncDispose]();
});

const meta = (name: string) => ({ name, namespace: 'shop', uid: newUid() as string, generation: 1, labels: { app: name } });
const shell = (script: string, more: object = {}) => ({
  name: 'app',
  image: testImage,
  command: ['sh', '-c', script],
  imagePullPolicy: 'IfNotPresent',
  ...more,
});

function podOf(name: string, spec: Record<string, unknown>): DesiredObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta(name),
    spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 5, nodeName: 'test-node', ...spec },
  };
}

function run(name: string, spec: Record<string, unknown>): DesiredObject {
  gateway.put(podOf(name, spec));
  return gateway.get('Pod', 'shop', name)!;
}

type Maybe<T> = T | undefined | false;

async function until<T>(what: string, read: () => Maybe<T> | Promise<Maybe<T>>, milliseconds = 20_000): Promise<T> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const value = await read();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`never: ${what}\n${agent.output.slice(-3000)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const statusOf = (pod: DesiredObject): PodStatus | undefined => gateway.statuses.get(pod.metadata.uid);
const containerOf = (pod: DesiredObject, name = 'app'): ContainerStatus | undefined =>
  statusOf(pod)?.containerStatuses?.find((one) => one.name === name);
const isReady = (pod: DesiredObject): boolean =>
  statusOf(pod)?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
const running = async (pod: DesiredObject): Promise<PodStatus> =>
  until(`${pod.metadata.name} ready: ${JSON.stringify(statusOf(pod))}`, () => isReady(pod) && statusOf(pod));
const dockerId = (pod: DesiredObject, name = 'app'): string => containerOf(pod, name)?.containerID?.replace('docker://', '') ?? '';
const target = (pod: DesiredObject, container = 'app') => ({
  cluster: testCluster,
  node: 'test-node',
  namespace: 'shop',
  pod: pod.metadata.name,
  uid: pod.metadata.uid,
  container,
});

async function exec(
  pod: DesiredObject,
  ...command: string[]
): Promise<{ out: string; error: string; status: string; exitCode: string | undefined }> {
  const process = await gateway.streams.exec({ ...target(pod), command, stdin: false, stdout: true, stderr: true, tty: false });
  const [out, error, status] = await Promise.all([text(process.stdout!), text(process.stderr!), process.status]);
  return { out, error, status: status.status, exitCode: status.details?.causes?.[0]?.message };
}

function remove(pod: DesiredObject, graceSeconds: number): void {
  const deletionTimestamp = new Date(Date.now() + graceSeconds * 1000).toISOString();
  gateway.put({ ...pod, metadata: { ...pod.metadata, deletionTimestamp, deletionGracePeriodSeconds: graceSeconds } });
}

describe('an agent on a real engine', () => {
  it('joins with a token, keeps its own credential, and tells its node', async () => {
    const node = await until('node', () => gateway.node);
    expect(gateway.authorizations[0]).toMatch(/^Bearer kjj_/);
    expect(gateway.hellos[0]?.credentialHash).toMatch(/^[0-9a-f]{64}$/);
    expect(node.labels).toMatchObject({ 'kubernetes.io/hostname': 'test-node', 'kubernetes.io/os': 'linux' });
    const { conditions } = node.status as { conditions: { type: string; status: string }[] };
    expect(conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
    gateway.cut();
    await until('second session', () => gateway.authorizations.length > 1);
    expect(gateway.authorizations[1]).toMatch(/^Bearer kjn_/);
  });

  it('runs a pod, serves its log, its commands and its ports, and tells its events', async () => {
    await until('session', () => gateway.node);
    const pod = run('web', {
      containers: [
        shell('echo one; echo two >&2; echo hello > /www/index.html; httpd -p 127.0.0.1:8081 -h /www; exec httpd -f -p 8080 -h /www'),
      ],
    });
    const status = await running(pod);
    expect(status).toMatchObject({ phase: 'Running', hostIP: '127.0.0.1', qosClass: 'BestEffort', observedGeneration: 1 });
    expect(status.podIP).toMatch(/^\d+\.\d+\.\d+\.\d+$/);

    // Running says that the process was started, not that it has spoken.
    const lines = await until('both lines', async () => {
      const log = await text(await gateway.streams.logs({ ...target(pod), timestamps: true }));
      const found = log.trimEnd().split('\n');
      return found.length === 2 ? found.sort((a, b) => (a.slice(31) < b.slice(31) ? -1 : 1)) : undefined;
    });
    expect(lines).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z one$/), expect.stringMatching(/Z two$/)]);
    expect(await text(await gateway.streams.logs({ ...target(pod), tailLines: 1, limitBytes: 3 }))).toHaveLength(3);

    expect(await exec(pod, 'sh', '-c', 'echo out; echo err >&2; exit 7')).toEqual({
      out: 'out\n',
      error: 'err\n',
      status: 'Failure',
      exitCode: '7',
    });
    expect(await exec(pod, 'hostname')).toMatchObject({ out: 'web\n', status: 'Success' });

    // The second port is open on the pod's loopback alone.
    for (const port of [8080, 8081]) {
      const connection = await gateway.streams.portForward({ ...target(pod), port });
      connection.end('GET / HTTP/1.0\r\n\r\n');
      expect(await text(connection)).toMatch(/200 OK[^]*hello/);
    }
    await expect(gateway.streams.portForward({ ...target(pod), port: 9 })).rejects.toThrow('connection refused');
    await until('events', () => gateway.eventsOf('web').length >= 3);
    expect(gateway.eventsOf('web').map(({ reason, message }) => `${String(reason)}: ${String(message)}`)).toEqual([
      `Pulled: Container image "${testImage}" already present on machine and can be accessed by the pod`,
      'Created: Created container: app',
      'Started: Started container app',
    ]);
  });

  it('gives a command its terminal and its input', async () => {
    const pod = gateway.get('Pod', 'shop', 'web')!;
    const plain = await gateway.streams.exec({ ...target(pod), command: ['cat'], stdin: true, stdout: true, stderr: true, tty: false });
    plain.stdin!.end('through and through');
    expect(await text(plain.stdout!)).toBe('through and through');
    expect((await plain.status).status).toBe('Success');
    const terminal = await gateway.streams.exec({
      ...target(pod),
      command: ['sh', '-c', 'sleep 0.3; stty size'],
      stdin: true,
      stdout: true,
      stderr: false,
      tty: true,
    });
    terminal.resize({ width: 91, height: 33 });
    expect(await text(terminal.stdout!)).toBe('33 91\r\n');
  });

  it('restarts what is killed, keeps the log of before, and backs off', async () => {
    const pod = run('crash', { containers: [shell('echo life; sleep 1000')] });
    await running(pod);
    const first = dockerId(pod);
    process.kill(Number(docker('inspect', '-f', '{{.State.Pid}}', first)), 'SIGKILL');
    await until('restart', () => containerOf(pod)?.restartCount === 1 && isReady(pod));
    expect(containerOf(pod)).toMatchObject({ lastState: { terminated: { exitCode: 137, reason: 'Error' } }, state: { running: {} } });
    expect(await text(await gateway.streams.logs({ ...target(pod), previous: true }))).toBe('life\n');
    process.kill(Number(docker('inspect', '-f', '{{.State.Pid}}', dockerId(pod))), 'SIGKILL');
    const waiting = await until('back-off', () => containerOf(pod)?.state?.waiting);
    expect(waiting).toEqual({
      reason: 'CrashLoopBackOff',
      message: `back-off 10s restarting failed container=app pod=crash_shop(${pod.metadata.uid})`,
    });
    remove(pod, 0);
    await until('gone', () => gateway.gone.includes(pod.metadata.uid));
  });

  it('runs init containers, then ends a finished pod with its codes and last words', async () => {
    const spec = {
      restartPolicy: 'Never',
      initContainers: [shell('echo prepared > /shared/file', { name: 'init', volumeMounts: [{ name: 'shared', mountPath: '/shared' }] })],
    };
    const main = shell('cat /shared/file > /dev/termination-log; exit 3', {
      volumeMounts: [{ name: 'shared', mountPath: '/shared', readOnly: true }],
    });
    const pod = run('job', { ...spec, volumes: [{ name: 'shared', emptyDir: {} }], containers: [main] });
    const status = await until('failed', () => statusOf(pod)?.phase === 'Failed' && statusOf(pod));
    expect(status.initContainerStatuses?.[0]).toMatchObject({ state: { terminated: { reason: 'Completed', exitCode: 0 } }, ready: true });
    expect(status.containerStatuses?.[0]?.state).toMatchObject({ terminated: { exitCode: 3, reason: 'Error', message: 'prepared\n' } });
    expect(await text(await gateway.streams.logs({ ...target(pod, 'init') }))).toBe('');
    remove(pod, 0);
    await until('gone', () => gateway.gone.includes(pod.metadata.uid));
  });

  it('shows ConfigMaps and Secrets in environment and volumes, and changes of them', async () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('settings'), data: { color: 'red' } };
    gateway.put({ apiVersion: 'v1', kind: 'Secret', metadata: meta('login'), data: { password: Buffer.from('pw').toString('base64') } });
    const env = [
      { name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } },
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'TEXT', value: '$(COLOR)!' },
    ];
    const volumes = [
      { name: 'settings', configMap: { name: 'settings' } },
      { name: 'login', secret: { secretName: 'login', defaultMode: 0o400 } },
      {
        name: 'all',
        projected: {
          sources: [
            { serviceAccountToken: { path: 'token' } },
            { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
          ],
        },
      },
    ];
    const volumeMounts = [
      { name: 'settings', mountPath: '/settings' },
      { name: 'login', mountPath: '/login' },
      { name: 'all', mountPath: '/all' },
      { name: 'settings', mountPath: '/one', subPath: 'color' },
    ];
    const pod = run('config', { containers: [shell('sleep 1000', { env, volumeMounts })], volumes });
    await until('FailedMount', () => gateway.eventsOf('config').find(({ reason }) => reason === 'FailedMount'));
    expect(gateway.eventsOf('config')[0]?.message).toBe('MountVolume.SetUp failed for volume "settings" : configmap "settings" not found');
    gateway.put(map);
    const { podIP } = await running(pod);
    expect(
      (await exec(pod, 'sh', '-c', 'echo $COLOR $IP $TEXT; cat /settings/color /login/password /all/token /all/labels /one')).out,
    ).toBe(`red ${podIP} red!\nredpwa.b.capp="config"red`);
    expect((await exec(pod, 'sh', '-c', 'mount | grep /login; touch /settings/x')).out).toContain('tmpfs');
    gateway.put({ ...map, data: { color: 'blue', more: '1' } });
    await until('update', () => undefined, 1500).catch(() => undefined);
    expect((await exec(pod, 'sh', '-c', 'cat /settings/color; ls /settings; cat /one')).out).toBe('bluecolor\nmore\nred');
    expect(containerOf(pod)?.restartCount).toBe(0);
    remove(pod, 0);
    await until('gone', () => gateway.gone.includes(pod.metadata.uid));
  });

  it('says what is missing, and goes on when it comes', async () => {
    const env = [{ name: 'X', valueFrom: { secretKeyRef: { name: 'late', key: 'k' } } }];
    const pod = run('late', { containers: [shell('sleep 1000', { env })] });
    const waiting = await until(
      'waiting',
      () => containerOf(pod)?.state?.waiting?.reason === 'CreateContainerConfigError' && containerOf(pod)?.state?.waiting,
    );
    expect(waiting.message).toBe('secret "late" not found');
    gateway.put({ apiVersion: 'v1', kind: 'Secret', metadata: meta('late'), data: { k: 'eA==' } });
    await running(pod);
    remove(pod, 0);
    await until('gone', () => gateway.gone.includes(pod.metadata.uid));
  });

  it('tells images that cannot be had', async () => {
    const never = run('never', { containers: [shell('true', { image: 'kajitori-test/none:1', imagePullPolicy: 'Never' })] });
    const pulled = run('pulled', { containers: [shell('true', { image: '127.0.0.1:1/none:1' })] });
    const wrong = run('wrong', { containers: [shell('true', { image: 'Not An Image' })] });
    const reason = (pod: DesiredObject) => containerOf(pod)?.state?.waiting?.reason;
    await until(
      'reasons',
      () => reason(never) === 'ErrImageNeverPull' && reason(pulled) === 'ErrImagePull' && reason(wrong) === 'InvalidImageName',
    );
    expect(containerOf(never)?.state?.waiting?.message).toBe(
      'Container image "kajitori-test/none:1" is not present with pull policy of Never',
    );
    await until('back-off', () => reason(pulled) === 'ImagePullBackOff');
    await until('event', () => gateway.eventsOf('pulled').some(({ message }) => message === 'Back-off pulling image "127.0.0.1:1/none:1"'));
    for (const pod of [never, pulled, wrong]) remove(pod, 0);
    await until('gone', () => [never, pulled, wrong].every((pod) => gateway.gone.includes(pod.metadata.uid)));
  });

  it('tells commands that do not exist', async () => {
    const pod = run('nocommand', { restartPolicy: 'Never', containers: [shell('', { command: ['/none'] })] });
    const status = await until('failed', () => statusOf(pod)?.phase === 'Failed' && statusOf(pod));
    expect(status.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      reason: 'StartError',
      exitCode: 128,
      message: expect.stringContaining('/none'),
    });
    remove(pod, 0);
    await until('gone', () => gateway.gone.includes(pod.metadata.uid));
  });

  it('probes: not ready until it says so, restarted when it does not live', async () => {
    const probes = {
      readinessProbe: { exec: { command: ['test', '-f', '/tmp/ready'] }, periodSeconds: 1 },
      livenessProbe: { httpGet: { path: '/alive', port: 8080 }, periodSeconds: 1, failureThreshold: 2, initialDelaySeconds: 1 },
    };
    const pod = run('probed', {
      terminationGracePeriodSeconds: 1,
      containers: [shell('touch /www/alive; exec httpd -f -p 8080 -h /www', probes)],
    });
    await until('running', () => containerOf(pod)?.state?.running);
    expect(isReady(pod)).toBe(false);
    await exec(pod, 'touch', '/tmp/ready');
    await running(pod);
    await exec(pod, 'rm', '/www/alive');
    await until('restart', () => containerOf(pod)?.restartCount === 1);
    await until('events', () => gateway.eventsOf('probed').some(({ reason }) => reason === 'Killing'));
    const told = gateway.eventsOf('probed').map(({ message }) => message);
    expect(told).toContain('Liveness probe failed: HTTP probe failed with statuscode: 404');
    expect(told).toContain('Container app failed liveness probe, will be restarted');
    remove(pod, 0);
    await until('gone', () => gateway.gone.includes(pod.metadata.uid));
  });

  it('stops a pod gracefully, after its preStop hook', async () => {
    const volumes = [{ name: 'host', hostPath: { path: join(agent.stateDir, 'told'), type: 'DirectoryOrCreate' } }];
    const lifecycle = { preStop: { exec: { command: ['sh', '-c', 'echo hook >> /told/log'] } } };
    const script = 'trap "echo term >> /told/log; exit 0" TERM; while true; do sleep 0.1; done';
    const pod = run('graceful', {
      volumes,
      containers: [shell(script, { lifecycle, volumeMounts: [{ name: 'host', mountPath: '/told' }] })],
    });
    await running(pod);
    const id = dockerId(pod);
    remove(pod, 5);
    await until('gone', () => gateway.gone.includes(pod.metadata.uid));
    expect(await readFile(join(agent.stateDir, 'told/log'), 'utf8')).toBe('hook\nterm\n');
    expect(statusOf(pod)).toMatchObject({ phase: 'Succeeded' });
    expect(docker('ps', '-aq', '--no-trunc')).not.toContain(id);
    await until('event', () => gateway.eventsOf('graceful').some(({ message }) => message === 'Stopping container app'));
  });

  it('takes up what a killed agent left, without a restart', async () => {
    const pod = run('adopted', {
      containers: [shell('sleep 1000', { readinessProbe: { exec: { command: ['true'] }, periodSeconds: 1 } })],
    });
    await running(pod);
    const id = dockerId(pod);
    const crash = run('crashing', { containers: [shell('sleep 2; exit 1')] });
    await running(crash);
    const revision = statusOf(pod);
    await agent.kill('SIGKILL');
    gateway.statuses.clear();
    agent.start();
    await running(pod);
    expect(dockerId(pod)).toBe(id);
    expect(statusOf(pod)).toEqual(revision);
    expect(containerOf(pod)?.restartCount).toBe(0);
    await until('restarted by the new one', () => (containerOf(crash)?.restartCount ?? 0) >= 1);
    expect(gateway.hellos.at(-1)?.resume?.desiredRevision).toBeGreaterThan(0);
    remove(crash, 0);
    await until('gone', () => gateway.gone.includes(crash.metadata.uid));
  });

  it('works alone: without a gateway it restarts what dies, also as a new process', async () => {
    const pod = gateway.get('Pod', 'shop', 'adopted')!;
    const { port } = gateway;
    const id = dockerId(pod);
    await gateway[Symbol.asyncDispose]();
    await agent.kill('SIGKILL');
    agent.start();
    process.kill(Number(docker('inspect', '-f', '{{.State.Pid}}', id)), 'SIGKILL');
    const next = await until('a successor', () => {
      const ids = docker(
        'ps',
        '-q',
        '--no-trunc',
        '--filter',
        `label=io.kajitori.pod.uid=${pod.metadata.uid}`,
        '--filter',
        'label=io.kajitori.container.name=app',
      );
      return ids !== '' && ids !== id && ids;
    });
    expect(port).toBeGreaterThan(0);
    expect(docker('inspect', '-f', '{{.State.Running}}', next)).toBe('true');
  });
});
