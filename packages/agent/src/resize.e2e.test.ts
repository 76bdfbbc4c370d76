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

async function until<T>(what: string, read: () => T | undefined | false): Promise<T> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const value = read();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`never: ${what}\n${agent.output.slice(-3000)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const amounts = (cpu: string, memory: string) => ({ limits: { cpu, memory }, requests: { cpu, memory } });
const container = (script: string, resources: object, more: object = {}) => ({
  name: 'app',
  image: testImage,
  imagePullPolicy: 'IfNotPresent',
  command: ['sh', '-c', script],
  resources,
  ...more,
});
const sleeping = (resources: object, more: object = {}) => container('sleep 1000', resources, more);

function put(name: string, uid: string, generation: number, only: object): DesiredObject {
  const spec = { restartPolicy: 'Always', terminationGracePeriodSeconds: 1, nodeName: 'test-node', containers: [only] };
  gateway.put({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop', uid, generation }, spec });
  return gateway.get('Pod', 'shop', name)!;
}

const statusOf = (pod: DesiredObject): PodStatus | undefined => gateway.statuses.get(pod.metadata.uid);
const containerOf = (pod: DesiredObject): ContainerStatus | undefined => statusOf(pod)?.containerStatuses?.[0];
const idOf = (pod: DesiredObject): string => containerOf(pod)?.containerID?.replace('docker://', '') ?? '';
const ready = (pod: DesiredObject): Promise<boolean> =>
  until(`ready: ${JSON.stringify(statusOf(pod))}`, () => containerOf(pod)?.ready === true);
const has = (pod: DesiredObject, resources: object): Promise<PodStatus> =>
  until(`resized: ${JSON.stringify(statusOf(pod))}`, () => {
    const pending = statusOf(pod)?.conditions?.some(({ type }) => type.startsWith('PodResize')) ?? true;
    return !pending && JSON.stringify(containerOf(pod)?.resources) === JSON.stringify(resources) && statusOf(pod);
  });

async function inside(pod: DesiredObject, script: string): Promise<string> {
  const target = {
    cluster: testCluster,
    node: 'test-node',
    namespace: 'shop',
    pod: pod.metadata.name,
    uid: pod.metadata.uid,
    container: 'app',
  };
  const flags = { stdin: false, stdout: true, stderr: true, tty: false };
  const process = await gateway.streams.exec({ ...target, command: ['sh', '-c', script], ...flags });
  return text(process.stdout!);
}

const cgroup = 'cd /sys/fs/cgroup; cat memory.max memory/memory.limit_in_bytes 2>/dev/null; cat cpu.max cpu/cpu.cfs_quota_us 2>/dev/null';

describe('a container whose resources change', () => {
  it('has them in its control group at once, without a restart, also for the agent’s next process', async () => {
    const uid = newUid();
    const pod = put('resized', uid, 1, sleeping(amounts('200m', '64Mi')));
    await ready(pod);
    const id = idOf(pod);
    put('resized', uid, 2, sleeping(amounts('300m', '96Mi')));
    expect(await has(pod, amounts('300m', '96Mi'))).toMatchObject({ observedGeneration: 2 });
    expect((await inside(pod, cgroup)).split(/\s+/)).toEqual(expect.arrayContaining([String(96 * 1024 ** 2), '30000']));
    expect(containerOf(pod)).toMatchObject({
      containerID: `docker://${id}`,
      restartCount: 0,
      allocatedResources: { cpu: '300m', memory: '96Mi' },
    });
    await until('told', () => gateway.eventsOf('resized').some(({ reason }) => reason === 'ResizeCompleted'));
    const sessions = gateway.hellos.length;
    await agent.kill('SIGKILL');
    gateway.statuses.clear();
    agent.start();
    await until('a new session', () => gateway.hellos.length > sessions);
    await has(pod, amounts('300m', '96Mi'));
    expect(containerOf(pod)).toMatchObject({ containerID: `docker://${id}`, restartCount: 0 });
  });

  it('keeps what it has where it uses more than it shall have', async () => {
    const uid = newUid();
    const hog = (resources: object) =>
      container('head -c 41943040 /dev/zero > /dev/shm/x; touch /tmp/full; sleep 1000', resources, {
        readinessProbe: { exec: { command: ['test', '-f', '/tmp/full'] }, periodSeconds: 1 },
      });
    const pod = put('hog', uid, 1, hog(amounts('200m', '60Mi')));
    await ready(pod);
    put('hog', uid, 2, hog(amounts('200m', '20Mi')));
    const refused = await until('refused', () =>
      statusOf(pod)?.conditions?.find(({ type, reason }) => type === 'PodResizeInProgress' && reason === 'Error'),
    );
    expect(refused.message).toMatch(/^attempting to set container memory limit \(20971520\) below current usage \(\d+\)$/);
    expect(containerOf(pod)).toMatchObject({ restartCount: 0, resources: amounts('200m', '60Mi') });
  });

  it('is restarted where its policy asks for that', async () => {
    const uid = newUid();
    const resizePolicy = [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }];
    const pod = put('restarts', uid, 1, sleeping(amounts('200m', '64Mi'), { resizePolicy }));
    await ready(pod);
    put('restarts', uid, 2, sleeping(amounts('200m', '128Mi'), { resizePolicy }));
    await until('restarted', () => containerOf(pod)?.restartCount === 1 && containerOf(pod)?.state?.running);
    await has(pod, amounts('200m', '128Mi'));
    expect(docker('inspect', '-f', '{{.HostConfig.Memory}}', idOf(pod))).toBe(String(128 * 1024 ** 2));
  });
});
