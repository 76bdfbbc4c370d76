import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DesiredObject } from '@kajitori/agent-protocol';
import { newUid, secretTokenHash } from '@kajitori/apimachinery';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TestAgent, dockerSocket } from './testing/test-agent.ts';
import { TestGateway } from './testing/test-gateway.ts';
import { makeTestImage, testImage } from './testing/test-image.ts';

async function until<T>(what: string, read: () => T | undefined | false, milliseconds = 40_000): Promise<T> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const value = read();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function startGateway(): Promise<TestGateway> {
  const gateway = new TestGateway();
  await gateway.listen();
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  return gateway;
}

const conditionOf = (gateway: TestGateway, type: string): { status?: string; message?: string } | undefined =>
  (gateway.node?.status as { conditions?: { type: string; status: string; message: string }[] } | undefined)?.conditions?.find(
    (one) => one.type === type,
  );

/**
 * An engine of its own, that may be killed, in a network namespace of its own: an engine without a bridge deletes the
 * `docker0` that it finds, even when it is another engine's.
 */
class TestEngine {
  readonly #dir = mkdtempSync(join(tmpdir(), 'engine-'));
  readonly socket = join(this.#dir, 'docker.sock');
  #process: ChildProcess | undefined;

  async start(): Promise<void> {
    const words = ['--data-root', join(this.#dir, 'data'), '--exec-root', join(this.#dir, 'exec'), '--pidfile', join(this.#dir, 'pid')];
    const log = openSync(join(this.#dir, 'log'), 'a');
    const engine = ['dockerd', ...words, '-H', `unix://${this.socket}`, '--bridge=none', '--iptables=false', '--ip-forward=false'];
    this.#process = spawn('unshare', ['--net', ...engine], { stdio: ['ignore', log, log] });
    await until('an engine', () => this.answers());
  }

  answers(): boolean {
    try {
      execFileSync('docker', ['-H', `unix://${this.socket}`, 'version'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  async stop(): Promise<void> {
    const running = this.#process;
    if (running === undefined || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGTERM');
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    execFileSync('sh', ['-c', `grep -o '${this.#dir}[^ ]*' /proc/self/mountinfo | xargs -r umount -l`]);
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

describe('without an engine', () => {
  it('a node says why it is not ready, and runs what it was told once the engine is there, again after each of its ends', async () => {
    const engine = new TestEngine();
    onTestFinished(() => engine.remove());
    const gateway = await startGateway();
    const agent = await TestAgent.start(() => gateway.url, { socket: engine.socket });
    onTestFinished(() => agent[Symbol.asyncDispose]());
    const down = await until('not ready', () => conditionOf(gateway, 'Ready'));
    expect(down).toMatchObject({ status: 'False', message: expect.stringContaining('cannot reach the Docker Engine') });
    const container = { name: 'app', image: testImage, imagePullPolicy: 'Never', command: ['sleep', '1000'] };
    const uid = newUid();
    const spec = { containers: [container], hostNetwork: true, restartPolicy: 'Always', terminationGracePeriodSeconds: 0 };
    gateway.put({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'shop', uid }, spec });

    await engine.start();
    makeTestImage(engine.socket);
    const running = () => gateway.statuses.get(uid)?.containerStatuses?.[0]?.state?.running;
    await until('running', () => running());
    await until('ready', () => conditionOf(gateway, 'Ready')?.status === 'True');

    await engine.stop();
    await until('not ready again', () => conditionOf(gateway, 'Ready')?.status === 'False');
    await engine.start();
    // An engine that is ending may still take a new container, and end it too.
    await until('restarted', () => (gateway.statuses.get(uid)?.containerStatuses?.[0]?.restartCount ?? 0) >= 1 && running());
  });
});

/** An agent whose state lies on a small file system of its own. */
async function agentOnSmallDisk(gateway: TestGateway): Promise<TestAgent> {
  const agent = await TestAgent.start(() => gateway.url, {
    prepare: (stateDir) => execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'test', stateDir]),
  });
  onTestFinished(async () => {
    await agent.kill();
    execFileSync('umount', ['-l', agent.stateDir]);
    await agent[Symbol.asyncDispose]();
  });
  await until('ready', () => gateway.node);
  return agent;
}

function podNamed(name: string): DesiredObject {
  const container = { name: 'app', image: testImage, imagePullPolicy: 'Never', command: ['sleep', '1000'] };
  const spec = { containers: [container], restartPolicy: 'Always', terminationGracePeriodSeconds: 0 };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop', uid: newUid() }, spec };
}

/** With whatever the agent left of it, also where it could not end it. */
async function endPods(gateway: TestGateway, ...all: DesiredObject[]): Promise<void> {
  for (const { metadata } of all) gateway.remove('Pod', 'shop', metadata.name);
  await until('gone', () => all.every(({ metadata }) => gateway.gone.includes(metadata.uid)));
}

describe('on a full disk', () => {
  it('a node says so, loses nothing that it was told, and goes on when there is room', async () => {
    const gateway = await startGateway();
    const agent = await agentOnSmallDisk(gateway);
    const ballast = join(agent.stateDir, 'ballast');
    expect(() => writeFileSync(ballast, Buffer.alloc(4 << 20))).toThrow('ENOSPC');
    const map = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'big', namespace: 'shop', uid: newUid() },
      data: { text: 'x'.repeat(50_000) },
    };
    gateway.put(map);
    await until('disk pressure', () => conditionOf(gateway, 'DiskPressure')?.status === 'True');
    await until('told', () => agent.output.includes('no space left on device'));
    expect(existsSync(ballast)).toBe(true);
    rmSync(ballast);
    await until('applied', () => gateway.appliedRevision === gateway.revision);
    await until('no disk pressure', () => conditionOf(gateway, 'DiskPressure')?.status === 'False');
  });

  it('an agent that is killed comes back, keeps what runs, and renews its credential once there is room', async () => {
    makeTestImage(dockerSocket);
    const gateway = await startGateway();
    const agent = await agentOnSmallDisk(gateway);
    const [before, during] = [podNamed('before'), podNamed('during')];
    const containerOf = (pod: DesiredObject) => gateway.statuses.get(pod.metadata.uid)?.containerStatuses?.[0];
    gateway.put(before);
    const id = await until('running', () => containerOf(before)?.state?.running && containerOf(before)?.containerID);
    const ballast = join(agent.stateDir, 'ballast');
    expect(() => writeFileSync(ballast, Buffer.alloc(4 << 20))).toThrow('ENOSPC');
    const credential = join(agent.stateDir, 'credential');
    const first = readFileSync(credential, 'utf8');
    const longAgo = new Date(Date.now() - 30 * 86_400_000);
    utimesSync(credential, longAgo, longAgo);
    await agent.kill('SIGKILL');
    gateway.statuses.clear();
    const sessions = gateway.hellos.length;
    agent.start();
    await until('a new session', () => gateway.hellos.length > sessions && containerOf(before)?.state?.running);
    expect(containerOf(before)).toMatchObject({ containerID: id, restartCount: 0 });
    await until('told', () => agent.output.includes('the disk does not take a new credential'));
    gateway.put(during);
    await until('disk pressure', () => conditionOf(gateway, 'DiskPressure')?.status === 'True');
    expect(gateway.statuses.get(during.metadata.uid)).toBeUndefined();
    // It lives with that: the same process and session until there is room.
    expect(gateway.hellos.length).toBe(sessions + 1);
    rmSync(ballast);
    await until('running too', () => containerOf(during)?.state?.running);
    gateway.cut();
    await until('another credential', () => readFileSync(credential, 'utf8') !== first);
    expect(containerOf(before)).toMatchObject({ containerID: id, restartCount: 0 });
    await endPods(gateway, before, during);
  });
});

describe('on a disk that became read-only', () => {
  it('a node says so, keeps its line and what runs, and takes what it was told when it can be written again', async () => {
    makeTestImage(dockerSocket);
    const gateway = await startGateway();
    const agent = await agentOnSmallDisk(gateway);
    const remount = (mode: 'ro' | 'rw'): unknown => execFileSync('mount', ['-o', `remount,${mode}`, agent.stateDir]);
    const [before, during] = [podNamed('before'), podNamed('during')];
    const containerOf = (pod: DesiredObject) => gateway.statuses.get(pod.metadata.uid)?.containerStatuses?.[0];
    gateway.put(before);
    const id = await until('running', () => containerOf(before)?.state?.running && containerOf(before)?.containerID);
    // A volume that is written in this moment holds the file system for a moment.
    await until('read-only', () => {
      try {
        remount('ro');
        return true;
      } catch {
        return false;
      }
    });
    gateway.put(during);
    await until('disk pressure', () => conditionOf(gateway, 'DiskPressure')?.status === 'True');
    expect(conditionOf(gateway, 'DiskPressure')?.message).toMatch(/^kubelet cannot use its disk: EROFS: read-only file system/);
    const sessions = gateway.hellos.length;
    await agent.kill('SIGKILL');
    agent.start();
    await until('a new session', () => gateway.hellos.length > sessions);
    await until('told', () => agent.output.includes('the disk does not take the session'));
    expect(containerOf(before)).toMatchObject({ containerID: id, restartCount: 0 });
    expect(gateway.statuses.get(during.metadata.uid)).toBeUndefined();
    remount('rw');
    await until('running too', () => containerOf(during)?.state?.running);
    await until('no disk pressure', () => conditionOf(gateway, 'DiskPressure')?.status === 'False');
    expect(containerOf(before)).toMatchObject({ containerID: id, restartCount: 0 });
    await endPods(gateway, before, during);
  });
});

describe('a planned ending', () => {
  it('is make before break: the next session is there before this one goes', async () => {
    const gateway = await startGateway();
    const agent = await TestAgent.start(() => gateway.url);
    onTestFinished(() => agent[Symbol.asyncDispose]());
    await until('a session', () => gateway.node);
    gateway.askReconnect();
    await until('the next', () => gateway.hellos.length === 2 && gateway.closed === 1);
    expect(gateway.closedAfterWelcomes).toBe(2);
    gateway.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop', uid: newUid() }, data: {} });
    await until('applied there', () => gateway.appliedRevision === gateway.revision);
  });

  it('a welcome from the past is refused', async () => {
    const gateway = await startGateway();
    const agent = await TestAgent.start(() => gateway.url);
    onTestFinished(() => agent[Symbol.asyncDispose]());
    await until('a session', () => gateway.node);
    gateway.epoch = 0;
    gateway.cut();
    await until('told', () => agent.output.includes('but 1 was already seen'));
    expect(gateway.hellos.length).toBeGreaterThan(1);
  });
});

describe('a credential', () => {
  it('that is old is replaced, by one that was on disk before anyone heard of it', async () => {
    const gateway = await startGateway();
    const agent = await TestAgent.start(() => gateway.url);
    onTestFinished(() => agent[Symbol.asyncDispose]());
    await until('a session', () => gateway.node);
    const file = join(agent.stateDir, 'credential');
    const first = readFileSync(file, 'utf8');
    const longAgo = new Date(Date.now() - 30 * 86_400_000);
    utimesSync(file, longAgo, longAgo);
    gateway.cut();
    await until('announced', () => gateway.rotatedTo);
    await until('taken', () => readFileSync(file, 'utf8') !== first);
    expect(secretTokenHash(readFileSync(file, 'utf8'))).toBe(gateway.rotatedTo);
    gateway.cut();
    await until('used', () => gateway.authorizations.at(-1) === `Bearer ${readFileSync(file, 'utf8')}`);
  });
});
