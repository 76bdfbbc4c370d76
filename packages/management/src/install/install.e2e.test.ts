import { execFile, type ExecFileException } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { type AccountsFixture, accountsFixture } from '@kajitori/accounts/fixture';
import { findProgram, waitFor } from '@kajitori/servers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { joinCommand } from '../join-command.ts';
import { installApp } from './install-app.ts';

/**
 * The installer as a machine runs it: the printed line, over TLS under our own authority, with a PATH that has no Node. The agent
 * here is a stand-in that joins and then only lives; what the installer does with any agent is what is under test.
 */
const dockerSocket = '/var/run/docker.sock';
const standIn = `
import { readFileSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
const { STATE_DIR, JOIN_TOKEN_FILE, NODE_NAME, CA_FILE, GATEWAY_URL } = process.env;
readFileSync(CA_FILE);
appendFileSync(STATE_DIR + '/starts', process.pid + '\\n');
let token = '';
try { token = readFileSync(JOIN_TOKEN_FILE, 'utf8').trim(); } catch {}
if (token === 'refused') { console.log('the gateway refused the token'); process.exit(1); }
writeFileSync(STATE_DIR + '/state.json', JSON.stringify({ agentId: 'agent-of-' + NODE_NAME }));
const malloc = Object.entries(process.env).filter(([name]) => name.startsWith('MALLOC_'));
writeFileSync(STATE_DIR + '/credential', JSON.stringify({ token, NODE_NAME, GATEWAY_URL, version: process.version, ...Object.fromEntries(malloc) }));
rmSync(JOIN_TOKEN_FILE, { force: true });
setInterval(() => {}, 1000);
`;

let accounts: AccountsFixture;
let server: Server;
let folder: string;
let bundles: string;
let path: string;
let publicUrl: string;
let pin: string;

beforeAll(async () => {
  accounts = await accountsFixture();
  folder = await mkdtemp(join(tmpdir(), 'kajitori-install-'));
  bundles = join(folder, 'dist');
  await mkdir(bundles);
  for (const name of ['install.sh', 'remove-containers.mjs']) {
    await copyFile(new URL(`../../../../infra/install/${name}`, import.meta.url), join(bundles, name));
  }
  path = await pathWithoutNode();
  const { certificates } = accounts.accounts;
  const certificate = await certificates.servingCertificate(['127.0.0.1']);
  pin = await certificates.servingPin();
  server = createServer({ cert: certificate.cert, key: certificate.key });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  publicUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const app = installApp({
    bundleDirectory: bundles,
    publicUrl,
    gatewayUrl: 'wss://127.0.0.1:6444',
    certificateAuthority: () => certificates.servingAuthority(),
  });
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  server.on('request', (incoming, outgoing) => void listener(incoming, outgoing));
});
beforeEach(() => writeFile(join(bundles, 'agent.js'), standIn));
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await accounts[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Everything that a machine with curl and coreutils has, but no Node. */
async function pathWithoutNode(): Promise<string> {
  const directory = join(folder, 'bin');
  await mkdir(directory);
  const programs =
    'sh curl sha256sum mktemp id uname cat sed tr grep rm mkdir cp mv chmod head tail sleep date setsid kill mount umount wc'.split(' ');
  for (const program of programs) {
    const found = findProgram(program);
    if (found !== undefined) await symlink(found, join(directory, program));
  }
  return directory;
}

interface Run {
  code: number;
  output: string;
}

function shell(command: string): Promise<Run> {
  return new Promise((resolve) => {
    execFile('/bin/sh', ['-c', command], { env: { PATH: path, HOME: '/root' } }, (error: ExecFileException | null, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, output: stdout + stderr });
    });
  });
}

const install = (token: string, options: string): Promise<Run> => shell(`${joinCommand({ publicUrl, pin, token })} ${options}`);
const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
const running = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe.runIf(process.getuid?.() === 0)('the installer', () => {
  it('makes a machine without Node a node, keeps the agent running, upgrades it, and removes all it made', async () => {
    const prefix = join(folder, 'kajitori');
    const options = `--prefix ${prefix} --node-name under-test`;
    expect((await shell('command -v node')).code).not.toBe(0);
    const installed = await install('kjj_test', options);
    expect(installed).toMatchObject({ code: 0, output: expect.stringContaining('this machine is node under-test') });
    const credential = JSON.parse(await readFile(join(prefix, 'state/credential'), 'utf8')) as Record<string, string>;
    expect(credential).toEqual({
      token: 'kjj_test',
      NODE_NAME: 'under-test',
      GATEWAY_URL: 'wss://127.0.0.1:6444',
      version: process.version,
      // The C library gives back what a quiet agent does not need.
      MALLOC_ARENA_MAX: '2',
      MALLOC_TRIM_THRESHOLD_: '1048576',
      MALLOC_MMAP_THRESHOLD_: '131072',
    });
    expect((await stat(join(prefix, 'agent.env'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(prefix, 'state'))).mode & 0o777).toBe(0o700);

    const starts = async () => (await readFile(join(prefix, 'state/starts'), 'utf8')).trim().split('\n').map(Number);
    process.kill((await starts()).at(-1) ?? 0, 'SIGKILL');
    await waitFor(async () => (await starts()).length === 2, { what: 'the agent is started again', timeoutMilliseconds: 10_000 });

    await writeFile(join(bundles, 'agent.js'), `${standIn}// newer\n`);
    const before = (await stat(join(prefix, 'bin/node'))).ino;
    const upgraded = await shell(`${joinCommand({ publicUrl, pin, token: 'x' }).replace(' --token x', '')} --prefix ${prefix}`);
    expect(upgraded).toMatchObject({ code: 0, output: expect.stringContaining('the runtime is there already') });
    expect(await readFile(join(prefix, 'agent.mjs'), 'utf8')).toContain('// newer');
    expect((await stat(join(prefix, 'bin/node'))).ino).toBe(before);
    await waitFor(async () => (await starts()).length === 3, { what: 'the newer agent is started', timeoutMilliseconds: 10_000 });
    expect(await install('y', `--prefix ${prefix} --node-name another`)).toMatchObject({
      code: 1,
      output: expect.stringContaining('node under-test already'),
    });

    const [container, another] = [await labelledContainer('agent-of-under-test'), await labelledContainer('agent-of-another')];
    await mkdir(join(prefix, 'state/volume'));
    expect((await shell(`mount -t tmpfs none ${prefix}/state/volume`)).code).toBe(0);
    const pids = await starts();
    const removed = await shell(join(prefix, 'uninstall.sh'));
    expect(removed).toMatchObject({ code: 0, output: expect.stringContaining('kaji nodes remove under-test') });
    expect(pids.filter(running)).toEqual([]);
    expect(await commandsThatName(prefix)).toEqual([]);
    expect(await exists(prefix)).toBe(false);
    expect(await exists('/etc/systemd/system/kajitori-agent.service')).toBe(false);
    expect((await docker('GET', `/containers/${container}/json`)).status).toBe(404);
    expect((await docker('DELETE', `/containers/${another}?force=true`)).status).toBe(204);
    expect(await readFile('/proc/mounts', 'utf8')).not.toContain(prefix);
  });

  it('says what the agent said when it cannot join, and what to do', async () => {
    const prefix = join(folder, 'refused');
    const refused = await install('refused', `--prefix ${prefix} --node-name refused --wait 2`);
    expect(refused.code).toBe(1);
    expect(refused.output).toContain('the gateway refused the token');
    expect(refused.output).toContain('remedy: read its log');
    expect((await shell(join(prefix, 'uninstall.sh'))).code).toBe(0);
    expect(await exists(prefix)).toBe(false);
  });

  it('runs nothing from a server that does not hold our key', async () => {
    const other = pin.replace(/.{4}=$/, 'AAA=');
    const { output } = await shell(`${joinCommand({ publicUrl, pin: other, token: 'x' })} --prefix ${join(folder, 'no')}`);
    expect(output).toMatch(/public key/i);
    expect(await exists(join(folder, 'no'))).toBe(false);
  });

  it('installs nothing that is not what the service announced', async () => {
    const script = (await fetchText('/install')).replace(/agent_sha256='[0-9a-f]+'/, `agent_sha256='${'0'.repeat(64)}'`);
    const file = join(folder, 'tampered.sh');
    await writeFile(file, script);
    await chmod(file, 0o700);
    const refused = await shell(`${file} --token x --prefix ${join(folder, 'no')}`);
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('SHA-256 differs') });
    expect(await exists(join(folder, 'no'))).toBe(false);
  });

  it('says what is wrong with the machine or with the options', async () => {
    const cases: [options: string, said: string][] = [
      ['--prefix /', 'not a directory of its own'],
      ['--prefix relative', 'not an absolute path'],
      [`--prefix ${folder}/no --docker-socket ${folder}/none`, 'there is no Docker Engine'],
      [`--prefix ${folder}/no --docker-socket 'a b'`, 'characters that the agent'],
      [`--prefix ${folder}/no --docker-socket docker.sock`, 'not an absolute path'],
      [`--prefix ${folder}/no --node-name Under_Test!`, "cannot be a node's name"],
      ['--nonsense', 'unknown option --nonsense'],
      ['--node-name', 'needs a value'],
    ];
    for (const [options, said] of cases) {
      const refused = await install('x', options);
      expect(refused).toMatchObject({ code: 1, output: expect.stringContaining(said) });
      expect(refused.output).toContain('remedy: ');
    }
    expect(await exists(join(folder, 'no'))).toBe(false);
  });
});

/** Whatever still runs from the installation. */
async function commandsThatName(prefix: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return commands.filter((command) => command.includes(prefix));
}

async function fetchText(where: string): Promise<string> {
  const { output } = await shell(`curl -fsSL -k --pinnedpubkey ${pin} ${publicUrl}${where}`);
  return output;
}

/** Makes a container as an agent would, from whatever image; it need not run. */
async function labelledContainer(agent: string): Promise<string> {
  const image = 'kajitori-install-test:1';
  const empty = Buffer.alloc(1024);
  await docker('POST', `/images/create?fromSrc=-&repo=kajitori-install-test&tag=1`, empty);
  const created = await docker(
    'POST',
    '/containers/create',
    Buffer.from(JSON.stringify({ Image: image, Cmd: ['/x'], Labels: { 'io.kajitori.agent': agent, 'kajitori.dev/node': 'under-test' } })),
  );
  expect(created.status).toBe(201);
  await docker('DELETE', `/images/${image}?force=true`);
  return (JSON.parse(created.text) as { Id: string }).Id;
}

function docker(method: string, where: string, body?: Buffer): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const type = where.startsWith('/images') ? 'application/x-tar' : 'application/json';
    const asked = request({ socketPath: dockerSocket, method, path: where, headers: { 'content-type': type } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
