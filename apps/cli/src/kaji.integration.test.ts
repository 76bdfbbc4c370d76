import { execFile, spawn } from 'node:child_process';
import { mkdtemp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ClusterId } from '@kajitori/apimachinery';
import {
  addNode,
  type ManagementFixture,
  managementFixture,
  type ServedManagement,
  serveManagement,
  type TestTenant,
} from '@kajitori/management/fixture';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

/** kaji as a person runs it, against the REST API behind TLS under our own authority. */
const main = fileURLToPath(new URL('main.ts', import.meta.url));

let fixture: ManagementFixture;
let served: ServedManagement;
let tenant: TestTenant;
let home: string;

beforeAll(async () => {
  fixture = await managementFixture();
  served = await serveManagement(fixture);
  tenant = await fixture.tenant('acme');
  home = await mkdtemp(join(tmpdir(), 'kaji-test-'));
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

interface Run {
  code: number;
  out: string;
  err: string;
}

function run(
  args: string[],
  { input = '', env = {}, cwd = home }: { input?: string; env?: Record<string, string>; cwd?: string } = {},
): Promise<Run> {
  return new Promise((resolve) => {
    const all = { PATH: process.env['PATH'] ?? '', HOME: home, ...env };
    const child = execFile(process.execPath, [main, ...args], { env: all, cwd }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
    child.stdin?.end(input);
  });
}

const kaji = async (...args: string[]): Promise<string> => {
  const { code, out, err } = await run(args);
  if (code !== 0) throw new Error(`kaji ${args.join(' ')}: ${err}`);
  return out;
};

describe('kaji login', () => {
  it('refuses a server that nobody vouches for, and says how to trust it', async () => {
    const { code, err } = await run(['login', '--server', served.url, '--email', tenant.email, '--password-stdin'], {
      input: tenant.password,
    });
    expect(code).toBe(1);
    expect(err).toContain('nobody vouches for the certificate');
    expect(err).toContain('remedy: Log in with --ca-file FILE or --pin');
  });

  it('refuses a server that does not hold the pinned key before it sends the password', async () => {
    const pin = served.pin.replace(/.{4}=$/, 'AAA=');
    const { code, err } = await run(['login', '--server', served.url, '--pin', pin, '--email', tenant.email, '--password-stdin'], {
      input: tenant.password,
    });
    expect(code).toBe(1);
    expect(err).toContain('it holds another key');
  });

  it('keeps a session that only its owner can read', async () => {
    const { code, out } = await run(['login', '--server', served.url, '--pin', served.pin, '--email', tenant.email, '--password-stdin'], {
      input: tenant.password,
    });
    expect({ code, out }).toEqual({ code: 0, out: `Logged in as ${tenant.email} @ ${served.url}\n` });
    expect((await stat(join(home, '.config/kajitori/config.json'))).mode & 0o777).toBe(0o600);
    expect(await kaji('whoami')).toBe(`${tenant.email} @ ${served.url}\n  acme (${tenant.organization.id}): owner\n`);
  });

  it('finds the instance of a checkout', async () => {
    const { token } = await fixture.accounts.accounts.keys.create(tenant.actor, {
      name: 'first',
      role: 'owner',
      scope: { type: 'organization', organizationId: tenant.organization.id },
    });
    const checkout = join(home, 'checkout');
    await mkdir(join(checkout, '.kajitori'), { recursive: true });
    await mkdir(join(checkout, 'deep/down'), { recursive: true });
    const files = { address: `${served.url}\n`, 'ca.crt': served.certificateAuthority, 'api-key': `${token}\n` };
    for (const [name, text] of Object.entries(files)) await writeFile(join(checkout, '.kajitori', name), text);
    const found = await run(['login'], { cwd: join(checkout, 'deep/down'), env: { XDG_CONFIG_HOME: join(home, 'other') } });
    expect(found).toMatchObject({ code: 0, out: `Logged in as first @ ${served.url}\n` });
  });

  it('takes address, token and authority from the environment, for scripts', async () => {
    const caFile = join(home, 'ca.pem');
    await writeFile(caFile, served.certificateAuthority);
    const env = { KAJI_SERVER: served.url, KAJI_TOKEN: tenant.sessionToken, KAJI_CA_FILE: caFile, XDG_CONFIG_HOME: join(home, 'none') };
    expect((await run(['orgs', 'list', '-o', 'json'], { env })).out).toContain(tenant.organization.id);
  });
});

describe('kaji', () => {
  it('creates, lists, shows and deletes clusters', async () => {
    expect(await kaji('clusters', 'list')).toBe('There is nothing yet.\n');
    expect(await kaji('clusters', 'create', 'staging')).toMatch(/^Created cluster staging \(c-[a-z0-9]{20}\)\.\n$/);
    const table = await kaji('clusters', 'list');
    expect(table).toMatch(/^NAME +ID +STATUS +SERVER +CREATED\nstaging +c-[a-z0-9]{20} +Running +https:\/\/127\.1\./);
    const [cluster] = JSON.parse(await kaji('clusters', 'list', '-o', 'json')) as { id: string }[];
    expect(parse(await kaji('clusters', 'get', 'staging', '-o', 'yaml'))).toEqual(cluster);
    expect(await run(['clusters', 'create', 'staging'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('remedy: Choose another name'),
    });
    expect(await run(['clusters', 'delete', 'staging'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no terminal to ask'),
    });
    await kaji('clusters', 'create', 'doomed');
    expect(await kaji('clusters', 'delete', 'doomed', '--yes')).toBe('Deleting cluster doomed.\n');
    expect(await run(['clusters', 'get', 'doomed'])).toMatchObject({ code: 1, err: expect.stringContaining('there is no cluster doomed') });
  });

  it('merges kubeconfigs as kubectl keeps them', async () => {
    const file = join(home, '.kube/config');
    await kaji('clusters', 'create', 'merged');
    expect(parse(await kaji('clusters', 'kubeconfig', 'merged'))).toMatchObject({ kind: 'Config' });
    await kaji('clusters', 'kubeconfig', 'merged', '--merge');
    await kaji('clusters', 'kubeconfig', 'staging', '--merge');
    await kaji('clusters', 'kubeconfig', 'merged', '--merge');
    const merged = parse(await readFile(file, 'utf8')) as { contexts: { name: string }[]; 'current-context': string };
    expect(merged.contexts.map(({ name }) => name)).toEqual(['kajitori_default_staging', 'kajitori_default_merged']);
    expect(merged['current-context']).toBe('kajitori_default_merged');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('shows the limits of a cluster, and what it uses', async () => {
    const shown = await kaji('clusters', 'limits', 'merged');
    expect(shown).toMatch(/^LIMIT +USED +MAX +WHILE-BUSY +UNIT\nobjects +\d+ +200000 +200000 +objects\n/);
    expect(shown).toMatch(/\nrequests-running +- +400 +8 +requests\n/);
  });

  it('rotates the key of ServiceAccount tokens, and ends old ones', async () => {
    const [first] = JSON.parse(await kaji('clusters', 'token-keys', 'merged', '-o', 'json')) as { id: string }[];
    const old = first?.id ?? '';
    expect(await kaji('clusters', 'token-keys', 'merged')).toMatch(/^ID +USE +CREATED +RETIRED\n\S+ +signs +\S+ \S+\n$/);
    expect(await run(['clusters', 'end-token-key', 'merged', old])).toMatchObject({
      code: 1,
      err: expect.stringContaining('remedy: Rotate first'),
    });
    const { id } = JSON.parse(await kaji('clusters', 'rotate-keys', 'merged', '-o', 'json')) as { id: string };
    expect(await kaji('clusters', 'token-keys', 'merged')).toMatch(new RegExp(`${id} +signs .*\n${old} +verifies `));
    await kaji('clusters', 'end-token-key', 'merged', old);
    expect(await kaji('clusters', 'token-keys', 'merged')).not.toContain(old);
  });

  it('prints a join command, lists, cordons, drains and removes nodes', async () => {
    const { id } = JSON.parse(await kaji('clusters', 'get', 'merged', '-o', 'json')) as { id: string };
    expect(await kaji('nodes', 'join-command', '--cluster', 'merged', '--expires-in', '30m')).toMatch(
      /^curl -fsSL -k --pinnedpubkey sha256\/\/\S+ https:\/\/127\.0\.0\.1:6443\/install \| sh -s -- --token kjj_[a-z0-9]+\n$/,
    );
    await addNode(fixture, tenant, id, 'worker-1');
    expect(await kaji('nodes', 'list', '--cluster', 'merged')).toMatch(
      /^NAME +STATUS +ADDRESS +AGENT +CREATED\nworker-1 +Ready +10\.0\.0\.1/,
    );
    expect(await kaji('nodes', 'cordon', 'worker-1', '--cluster', id)).toBe('worker-1: Ready,SchedulingDisabled\n');
    expect((await run(['nodes', 'drain', 'worker-1', '--cluster', 'merged'])).err).toBe('worker-1 is drained.\n');
    await kaji('nodes', 'uncordon', 'worker-1', '--cluster', 'merged');
    await kaji('nodes', 'remove', 'worker-1', '--cluster', 'merged');
    expect(await kaji('nodes', 'list', '--cluster', 'merged')).toBe('There is nothing yet.\n');
    expect(await run(['nodes', 'list'])).toMatchObject({ code: 1, err: expect.stringContaining('there are several clusters') });
  });

  it('creates and revokes keys', async () => {
    const token = (await kaji('keys', 'create', 'ci', '--role', 'viewer', '--project', 'default', '--expires-in', '1h')).trim();
    expect(token).toMatch(/^kjk_/);
    const key = (JSON.parse(await kaji('keys', 'list', '-o', 'json')) as { id: string; name: string }[]).find(({ name }) => name === 'ci');
    await kaji('keys', 'revoke', key?.id ?? '');
    expect(await kaji('keys', 'list')).not.toContain(' ci ');
    expect(await run(['keys', 'create', 'x', '--expires-in', 'soon'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('Give a duration like'),
    });
  });

  describe('audit', () => {
    const event = (name: string, { user = 'ann', verb = 'create', secondsAgo = 0 } = {}) => {
      const at = new Date(Date.now() - secondsAgo * 1000).toISOString();
      const objectRef = { resource: 'pods', subresource: 'exec', namespace: 'shop', name, apiVersion: 'v1' };
      const request = {
        auditID: name,
        stage: 'ResponseComplete',
        stageTimestamp: at,
        verb,
        requestURI: '/api',
        responseStatus: { code: 201 },
      };
      return {
        at,
        username: user,
        verb,
        resource: 'pods/exec',
        namespace: 'shop',
        name,
        event: { kind: 'Event', apiVersion: 'audit.k8s.io/v1', ...request, user: { username: user }, objectRef },
      };
    };
    const append = async (...events: ReturnType<typeof event>[]): Promise<void> => {
      const { id } = JSON.parse(await kaji('clusters', 'get', 'staging', '-o', 'json')) as { id: ClusterId };
      await fixture.accounts.accounts.clusterAudit.append(events.map((one) => Object.assign(one, { cluster: id })));
    };
    const audit = (...args: string[]): Promise<string> => kaji('audit', ...args, '--cluster', 'staging');

    it('lists the newest first, by filters', async () => {
      expect(await audit('list')).toBe('There is nothing yet.\n');
      await append(event('old', { secondsAgo: 7_200 }), event('mid', { user: 'bob', secondsAgo: 60 }), event('new', { verb: 'delete' }));
      const table = (await audit('list')).split('\n');
      expect(table[0]).toMatch(/^TIME +USER +VERB +RESOURCE +NAMESPACE +NAME +CODE$/);
      expect(table[1]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +ann +delete +pods\/exec +shop +new +201$/);
      const names = async (...args: string[]): Promise<string[]> =>
        (JSON.parse(await audit('list', '-o', 'json', ...args)) as { auditID: string }[]).map(({ auditID }) => auditID);
      expect(await names()).toEqual(['new', 'mid', 'old']);
      expect(await names('--limit', '1')).toEqual(['new']);
      expect(await names('--user', 'bob', '--resource', 'pods/exec', '-n', 'shop', '--name', 'mid')).toEqual(['mid']);
      expect(await names('--verb', 'delete')).toEqual(['new']);
      expect(await names('--since', '1h')).toEqual(['new', 'mid']);
      expect(await names('--until', new Date(Date.now() - 3_600_000).toISOString())).toEqual(['old']);
      expect((await run(['audit', 'list', '--since', 'soon'])).err).toContain('Give an age like 30m or 7d, or an instant');
      expect((await run(['audit', 'list', '--cluster', 'staging', '-f', '--until', '1h'])).err).toContain('--follow has no end');
    });

    it('exports all of it as lines, to a file too', async () => {
      const lines = (await audit('export')).trimEnd().split('\n');
      expect(lines.map((line) => (JSON.parse(line) as { auditID: string }).auditID)).toEqual(['new', 'mid', 'old']);
      const file = join(home, 'audit.jsonl');
      await audit('export', '--user', 'bob', '--file', file);
      expect(await readFile(file, 'utf8')).toBe(`${lines[1]}\n`);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    });

    it('follows: what there was, then each that comes once, the newest last', async () => {
      const child = spawn(process.execPath, [main, 'audit', 'list', '-f', '-o', 'json', '--cluster', 'staging', '--user', 'ann'], {
        env: { PATH: process.env['PATH'] ?? '', HOME: home },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const next = async (): Promise<string> => {
        const { value } = (await lines.next()) as { value: string };
        return (JSON.parse(value) as { auditID: string }).auditID;
      };
      expect([await next(), await next()]).toEqual(['old', 'new']);
      // One that was written late stands before the last that was seen; one is written twice.
      await append(event('later'));
      expect(await next()).toBe('later');
      await append(event('late', { secondsAgo: 3 }), event('later'), event('other', { user: 'bob' }));
      expect(await next()).toBe('late');
      await append(event('last'));
      expect(await next()).toBe('last');
      child.kill();
    });

    it('shows and sets what is kept', async () => {
      const policy = parse(await audit('policy', 'get')) as { kind: string; rules: object[] };
      expect(policy).toMatchObject({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy' });
      const file = join(home, 'policy.yaml');
      await writeFile(file, 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n  - level: Metadata # all of it\n');
      expect(await audit('policy', 'set', file)).toBe('The audit policy of staging is set; it holds within five seconds.\n');
      expect(parse(await audit('policy', 'get'))).toMatchObject({ rules: [{ level: 'Metadata' }] });
      const wrong = JSON.stringify({ ...policy, rules: [{ level: 'Some' }] });
      const refused = await run(['audit', 'policy', 'set', '-', '--cluster', 'staging'], { input: wrong });
      expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('rules[0].level') });
    });
  });

  it('speaks Japanese where the terminal does', async () => {
    const env = { LANG: 'ja_JP.UTF-8' };
    expect((await run(['--help'], { env })).out).toContain('クラスター');
    expect((await run(['clusters', 'get', 'none'], { env })).err).toBe(
      'エラー: クラスター none はありません\n  対処: kaji clusters list\n',
    );
  });

  it('completes commands and options', async () => {
    const script = await kaji('completion', 'bash');
    const complete = `${script}\nCOMP_WORDS=(kaji nodes jo); COMP_CWORD=2; _kaji; echo "\${COMPREPLY[@]}"`;
    const answer = await new Promise<string>((resolve) => {
      execFile('bash', ['-c', complete], (_error, out) => resolve(out));
    });
    expect(answer.trim()).toBe('join-command');
  });

  it('says that nothing listens', async () => {
    const env = { KAJI_SERVER: 'https://127.0.0.1:9', KAJI_TOKEN: 'x' };
    expect(await run(['whoami'], { env })).toMatchObject({ code: 1, err: expect.stringContaining('Is the service running') });
  });

  it('logs out', async () => {
    await kaji('logout');
    expect(await run(['whoami'])).toMatchObject({ code: 1, err: expect.stringContaining('you are not logged in') });
  });
});
