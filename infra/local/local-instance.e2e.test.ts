import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { startTestInstance, waitFor } from '@kajitori/testing';
import type { TestInstance } from '@kajitori/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instanceOf, readSettings } from './instance.ts';
import { KubernetesAccess } from './kubernetes-access.ts';
import { identify } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { SupervisorControl } from './supervisor/control.ts';

const warmStartLimitMilliseconds = 10_000;
let test0: TestInstance;

beforeAll(async () => {
  test0 = await startTestInstance({ nodes: 0 });
});
afterAll(() => test0?.[Symbol.asyncDispose]());

const instance = () => instanceOf(process.cwd(), test0.stateDirectory);
const control = () => new SupervisorControl(instance());
const start = (...args: string[]): Promise<string> => test0.script('infra/local/start.ts', '--detach', ...args);

async function pids(): Promise<number[]> {
  const files = (await readdir(instance().runDirectory)).filter((name) => name.endsWith('.pid.json'));
  const texts = await Promise.all(files.map((name) => readFile(join(instance().runDirectory, name), 'utf8')));
  return texts.map((text) => (JSON.parse(text) as ProcessIdentity).pid);
}

async function putConfigMap(name: string): Promise<void> {
  using access = new KubernetesAccess(instance());
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { kept: 'yes' } };
  expect(await access.call({ method: 'POST', path: '/api/v1/namespaces/default/configmaps', body })).toMatchObject({ status: 201 });
}

async function configMapNames(): Promise<string[]> {
  using access = new KubernetesAccess(instance());
  const { items } = (await access.get('/api/v1/namespaces/default/configmaps')) as { items: { metadata: { name: string } }[] };
  return items.map(({ metadata }) => metadata.name);
}

describe('an instance of npm start', () => {
  test('ends with an address, credentials and a kubeconfig that only their owner reads', async () => {
    expect(test0.address).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(test0.apiKey).toMatch(/^kjk_/);
    const names = await readdir(test0.stateDirectory);
    expect(names).toEqual(expect.arrayContaining(['address', 'api-key', 'kubeconfig', 'logs', 'master.key']));
    expect(await configMapNames()).toBeDefined();
  });

  test('started twice says so, and does not become another by other options', async () => {
    expect(await start()).toContain('Kajitori is ready');
    await expect(start('--port', '1234')).rejects.toThrow(/already running[^]*npm stop first/);
  });

  test('status names every process, its restarts and whether it is ready', async () => {
    const table = await test0.script('infra/local/status.ts');
    for (const name of ['supervisor', 'postgres', 'redis', 'api', 'gateway', 'worker'])
      expect(table).toMatch(new RegExp(`^${name} +\\d+ +running`, 'm'));
    expect(table).toMatch(/^api .* yes /m);
  });

  test('starts again what dies', async () => {
    const before = (await control().state()).processes.find(({ name }) => name === 'api');
    process.kill(before?.pid ?? 0, 'SIGKILL');
    const again = async () =>
      (await control().state()).processes.find(({ name, pid }) => name === 'api' && pid !== undefined && pid !== before?.pid);
    expect(await waitFor(again, { what: 'the api runs again' })).toMatchObject({
      restarts: (before?.restarts ?? 0) + 1,
      lastEnd: 'SIGKILL',
    });
    expect(await waitFor(configMapNames, { what: 'the api answers again' })).toBeDefined();
  });

  test('recovers from kill -9 of everything, with its data, within 10 s', async () => {
    await putConfigMap('before-the-end');
    for (const pid of await pids()) process.kill(pid, 'SIGKILL');
    const begin = performance.now();
    await start();
    expect(performance.now() - begin).toBeLessThan(warmStartLimitMilliseconds);
    expect(await configMapNames()).toContain('before-the-end');
  });

  test('ends what a killed supervisor left, and starts anew', async () => {
    const before = (await control().state()).processes;
    const supervisor = JSON.parse(await readFile(join(instance().runDirectory, 'supervisor.pid.json'), 'utf8')) as ProcessIdentity;
    process.kill(supervisor.pid, 'SIGKILL');
    expect(await configMapNames()).toContain('before-the-end');
    await start();
    const after = (await control().state()).processes;
    expect(after.map(({ name }) => name)).toEqual(before.map(({ name }) => name));
    for (const { pid } of before) expect(after.map((state) => state.pid)).not.toContain(pid);
  });

  test('a stop leaves nothing running, and the next start finds everything as it was', async () => {
    const running = await pids();
    const kubeconfig = await readFile(test0.kubeconfigFile, 'utf8');
    await test0.script('infra/local/stop.ts');
    for (const pid of running) expect(identify(pid)).toBeUndefined();
    await expect(test0.script('infra/local/status.ts')).rejects.toThrow(/npm start/);
    await start();
    expect(await readFile(test0.kubeconfigFile, 'utf8')).toBe(kubeconfig);
    expect(await configMapNames()).toContain('before-the-end');
  });

  test('a taken port is named, with what to do', async () => {
    await test0.script('infra/local/stop.ts');
    const other = createServer().listen(0, '0.0.0.0');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const usual = readSettings(instance())?.port;
    try {
      await expect(start('--port', String(port))).rejects.toThrow(new RegExp(`port ${port}[^]*taken[^]*remedy:[^]*--port`));
    } finally {
      other.close();
    }
    await start();
    expect(readSettings(instance())?.port).toBe(usual);
  });

  test.each<[string, string, string | undefined, string[], RegExp]>([
    ['settings that are no JSON', 'settings.json', '{"port":', [], /settings\.json is damaged[^]*remedy: +put it back/],
    ['settings that are gone', 'settings.json', undefined, [], /holds a database, but its passwords are gone[^]*remedy:/],
    ['a master key that is gone', 'master.key', undefined, [], /master\.key is gone[^]*remedy: +put it back/],
    ['a master key that was cut', 'master.key', 'short', [], /master\.key has 5 bytes instead of 32[^]*remedy:/],
    ['a data directory where nothing is', '', undefined, ['--data-dir', '/proc/self/none'], /the data lies in [^]*remedy: +move it first/],
  ])('%s: said before anything starts, and nothing is made anew', async (_, file, text, options, said) => {
    await test0.script('infra/local/stop.ts');
    const path = join(test0.stateDirectory, file);
    const before = file === '' ? undefined : await readFile(path);
    if (before) await (text === undefined ? rm(path) : writeFile(path, text));
    try {
      await expect(start(...options)).rejects.toThrow(said);
      expect(await pids()).toEqual([]);
      const there = (await readdir(test0.stateDirectory)).includes(file);
      expect(there).toBe(before !== undefined && text !== undefined);
    } finally {
      if (before) await writeFile(path, before, { mode: 0o600 });
    }
  });

  test.each([
    [['--nodes=-1'], '--nodes takes a whole number from 0 to'],
    [['--nodes', 'abc'], '--nodes takes a whole number from 0 to'],
    [['--port', '70000'], '--port takes a whole number'],
    [['--nonsense'], 'usage: npm start'],
  ])('%j is refused with the usage', async (options, said) => {
    await expect(start(...options)).rejects.toThrow(said);
  });
});
