import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { getPriority } from 'node:os';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { silentLogger } from '@kajitori/telemetry';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Annex } from './annex.ts';

const program = fileURLToPath(new URL('./program.testing.ts', import.meta.url));
const tenant = 'loud';
let annex: Annex;
let front: Server;
let now: number;
let starts: number;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  now = 0;
  starts = 0;
  annex = new Annex({
    logger: silentLogger,
    now: () => now,
    start(options) {
      starts += 1;
      return fork(program, ['annex'], options);
    },
  });
  front = createServer({ pauseOnConnect: true }, (socket) => annex.handOver(tenant, socket, { address: '127.0.0.1' }));
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
});
afterEach(async () => {
  front.close();
  await annex[Symbol.asyncDispose]();
  vi.useRealTimers();
});

async function open(path: string, agent = new Agent()): Promise<IncomingMessage> {
  const call = get({ port: (front.address() as AddressInfo).port, path, agent, headers: { tenant } });
  return ((await once(call, 'response')) as [IncomingMessage])[0];
}

/** Who answers a request. */
async function pidAt(path: string): Promise<number> {
  return Number(await text(await open(path)));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** So long after all that happened before, as the annex sees it. */
function pass(milliseconds: number): void {
  now += milliseconds;
  vi.advanceTimersByTime(10_000);
}

test('nothing runs before somebody presses; then who does is served by another process, that lets others go first', async () => {
  expect(starts).toBe(0);
  expect(annex.has(tenant)).toBe(false);
  expect(annex.take(tenant)).toBe(true);
  expect(annex.take(tenant)).toBe(false);
  // Before it is ready too.
  const pids = await Promise.all(Array.from({ length: 20 }, () => pidAt('/')));
  expect([...new Set(pids)]).toEqual(annex.pids);
  const [pid = 0] = annex.pids;
  expect(pid).not.toBe(process.pid);
  expect(getPriority(pid)).toBe(15);
  expect(starts).toBe(1);
});

test('it ends when nobody has pressed for minutes, with the last of its connections', async () => {
  annex.take(tenant);
  await pidAt('/press');
  pass(4 * 60_000);
  expect(annex.has(tenant)).toBe(true);
  const [pid = 0] = annex.pids;
  await pidAt('/press');
  pass(4 * 60_000);
  expect(annex.has(tenant)).toBe(true);
  const lasting = await open('/wait');
  pass(6 * 60_000);
  expect(annex.has(tenant)).toBe(false);
  await sleep(1_500);
  expect(isAlive(pid)).toBe(true);
  lasting.destroy();
  await expect.poll(() => annex.pids, { timeout: 5_000 }).toEqual([]);
});

test('it is started again when it died, and for who comes after it has retired', async () => {
  annex.take(tenant);
  const first = await pidAt('/');
  await expect(open('/end')).rejects.toThrow(/ECONNRESET|hang up/);
  await expect.poll(() => annex.pids.includes(first), { timeout: 5_000 }).toBe(false);
  const second = await pidAt('/');
  expect(second).not.toBe(first);
  expect(annex.has(tenant)).toBe(true);
  pass(6 * 60_000);
  annex.take(tenant);
  expect(await pidAt('/')).not.toBe(second);
});

test('one that cannot start leaves everybody where he was, for a minute', async () => {
  const start = (): ChildProcess => fork(`${program}.missing`, ['annex'], { silent: true });
  await using broken = new Annex({ logger: silentLogger, now: () => now, start });
  broken.take(tenant);
  await expect.poll(() => broken.has(tenant), { timeout: 5_000 }).toBe(false);
  expect(broken.take(tenant)).toBe(false);
  now += 61_000;
  expect(broken.take(tenant)).toBe(true);
});

test('neither does one that cannot even be run', async () => {
  for (const start of [
    (): ChildProcess => fork(program, ['annex'], { execPath: `${program}.missing` }),
    (): ChildProcess => {
      throw new Error('no memory');
    },
  ]) {
    await using broken = new Annex({ logger: silentLogger, now: () => now, start });
    broken.take(tenant);
    await expect.poll(() => broken.has(tenant) || broken.take(tenant), { timeout: 5_000 }).toBe(false);
  }
});

test('one that is held up for ever ends with who started it nevertheless', async () => {
  annex.take(tenant);
  const pid = await pidAt('/');
  const held = open('/hold');
  held.catch(() => undefined);
  await sleep(300);
  await annex[Symbol.asyncDispose]();
  expect(isAlive(pid)).toBe(false);
  await expect(held).rejects.toThrow(/ECONNRESET|hang up/);
});

test('it does not outlive who started it', async () => {
  const parent = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('program.testing');
  parent.kill('SIGKILL');
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
});
