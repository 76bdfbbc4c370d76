import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Checkpoint } from './checkpoint.ts';

async function stateDir(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'checkpoint-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'login', namespace: 'shop', uid: 'u' },
  data: { password: 'aHVudGVyMg==' },
};
const none = (): void => undefined;

describe('the checkpoint', () => {
  it('gives back what it was told, with its revision and identity', async () => {
    const directory = await stateDir();
    const first = await Checkpoint.open(directory);
    await first.setSession({ epoch: 4, network: { clusterDomain: 'cluster.local', clusterDns: [] } });
    await first.apply({ puts: [secret, { ...secret, metadata: { ...secret.metadata, name: 'other' } }], removes: [], revision: 7 });
    await first.apply({ puts: [], removes: [{ kind: 'Secret', namespace: 'shop', name: 'other' }], revision: 8 });
    const second = await Checkpoint.open(directory);
    expect([second.agentId, second.epoch, second.desiredRevision]).toEqual([first.agentId, 4, 8]);
    expect(await second.load(none)).toEqual([secret]);
  });

  it('lets nobody else read it', async () => {
    const directory = await stateDir();
    const checkpoint = await Checkpoint.open(directory);
    await checkpoint.apply({ puts: [secret], removes: [], revision: 1 });
    const [file = ''] = await readdir(join(directory, 'desired'));
    const path = join(directory, 'desired', file);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readFile(path)).toString('latin1')).not.toMatch(/login|aHVudGVyMg/);
  });

  it('asks for everything again when a body cannot be read', async () => {
    const directory = await stateDir();
    const checkpoint = await Checkpoint.open(directory);
    await checkpoint.apply({ puts: [secret], removes: [], revision: 1 });
    const [file = ''] = await readdir(join(directory, 'desired'));
    await writeFile(join(directory, 'desired', file), 'broken');
    const told: string[] = [];
    const again = await Checkpoint.open(directory);
    expect(await again.load((name) => told.push(name))).toEqual([]);
    expect(told).toEqual([file]);
    expect(again.desiredRevision).toBeUndefined();
  });
});
