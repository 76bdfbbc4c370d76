import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { newClusterId } from '@kajitori/apimachinery';
import { describe, expect, it } from 'vitest';
import { changesAfter, create, newCluster, remove, update, widget, written } from '../conformance/harness.ts';
import { storageConformance } from '../conformance/storage-conformance.ts';
import { openMemoryStorage } from '../memory/memory-storage.ts';
import type { NewObject } from '../storage.ts';
import { SealError } from './cipher.ts';
import { ensureMasterKeyFile, fileKeyWrapper, keyWrapperOf } from './key-wrapper.ts';
import { reseal, sealedStorage } from './sealed-storage.ts';
import { Sealer } from './sealer.ts';

function open() {
  const engine = openMemoryStorage();
  const wrapper = keyWrapperOf(randomBytes(32));
  const sealer = new Sealer({ dataKeys: engine.dataKeys, wrapper });
  return { engine, wrapper, sealer, sealed: { ...engine, ...sealedStorage(engine, { sealer, isSealed: () => true }) } };
}

storageConformance('memory with all bodies sealed', async () => {
  const { engine, sealed } = open();
  return {
    engine: sealed,
    forgetHistory: async () => engine.forgetHistory(),
    // Nonce and tag are 28 bytes; base64url makes four characters of three bytes; `s1.1.` goes before.
    bytesOf: (body) => 's1.1.'.length + Math.ceil(((Buffer.byteLength(body) + 28) * 4) / 3),
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
});

const secret = (name: string, body: string): NewObject => widget(name, { group: '', resource: 'secrets', body });

describe('sealed bodies', () => {
  it('lie nowhere open, and are opened everywhere', async () => {
    const { engine, sealed } = open();
    const storage = await newCluster(sealed);
    const inner = engine.cluster(storage.id);
    const object = secret('a', '{"password":"hunter2"}');
    const from = await storage.revision();
    const first = await written(storage, create(object));
    const second = await written(storage, update({ ...object, body: '{"password":"hunter3"}' }, first));
    await written(storage, remove(object, second, '{"password":"hunter4"}'));
    expect(JSON.stringify(await changesAfter(inner, from, 3))).not.toContain('hunter');
    expect(await changesAfter(storage, from, 3)).toMatchObject([
      { object: { body: '{"password":"hunter2"}' } },
      { object: { body: '{"password":"hunter3"}' }, before: { body: '{"password":"hunter2"}' } },
      { object: { body: '{"password":"hunter4"}' }, before: { body: '{"password":"hunter3"}' } },
    ]);
  });

  it('do not open under another key, in another cluster, or changed', async () => {
    const { engine, sealed } = open();
    const [one, two] = [await newCluster(sealed), await newCluster(sealed)];
    const object = secret('a', '{}');
    await written(one, create(object));
    await written(two, create(secret('warm', '{}')));
    const stored = await engine.cluster(one.id).get(object);
    if (stored === undefined) throw new Error('it was written');
    const { revision: _, ...moved } = stored;
    await written(engine.cluster(one.id), create({ ...moved, name: 'b' }));
    await written(engine.cluster(two.id), create(moved));
    await written(
      engine.cluster(one.id),
      create({ ...moved, name: 'c', body: moved.body.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) }),
    );
    await expect(one.get(secret('b', ''))).rejects.toThrow(SealError);
    await expect(two.get(object)).rejects.toThrow(SealError);
    await expect(one.get(secret('c', ''))).rejects.toThrow(SealError);
    expect((await one.get(object))?.body).toBe('{}');
  });

  it('are sealed with a new key after a rotation, the old ones when asked, and old keys can go', async () => {
    const { engine, sealed, sealer, wrapper } = open();
    const storage = await newCluster(sealed);
    const inner = engine.cluster(storage.id);
    const [a, b] = [secret('a', '{"a":1}'), secret('b', '{"b":1}')];
    await written(storage, create(a));
    expect(await sealer.rotate(storage.id)).toBe(2);
    await written(storage, create(b));
    expect((await inner.get(a))?.body).toMatch(/^s1\.1\./);
    expect((await inner.get(b))?.body).toMatch(/^s1\.2\./);
    expect(await reseal(storage.id, 2, { sealer, resource: { group: '', resource: 'secrets' }, inner: engine })).toBe(1);
    await sealer.deleteKeysBelow(storage.id, 2);
    const later = sealedStorage(engine, { sealer: new Sealer({ dataKeys: engine.dataKeys, wrapper }) }).cluster(storage.id);
    expect((await later.list({ group: '', resource: 'secrets' })).objects.map(({ body }) => body)).toEqual(['{"a":1}', '{"b":1}']);
  });

  it('share one first key among processes that seal at once', async () => {
    const { engine, wrapper } = open();
    const id = newClusterId();
    await engine.clusters.create(id);
    const sealers = Array.from({ length: 5 }, () => new Sealer({ dataKeys: engine.dataKeys, wrapper }));
    const texts = await Promise.all(sealers.map((sealer) => sealer.seal(id, 'ca', Buffer.from('key'))));
    for (const text of texts) expect((await sealers[0]?.unseal(id, 'ca', text))?.toString()).toBe('key');
    await expect(sealers[0]?.unseal(id, 'other', texts[0] ?? '')).rejects.toThrow(SealError);
  });
});

describe('the master key file', () => {
  it('is made once, and refused when others can read it or its length is wrong', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'kajitori-key-'));
    try {
      const path = join(directory, 'master.key');
      await ensureMasterKeyFile(path);
      const wrapper = await fileKeyWrapper(path);
      const wrapped = await wrapper.wrap(Buffer.from('data key'), 'x');
      await ensureMasterKeyFile(path);
      expect(Buffer.from(await (await fileKeyWrapper(path)).unwrap(wrapped, 'x')).toString()).toBe('data key');
      await expect(wrapper.unwrap(wrapped, 'y')).rejects.toThrow(SealError);
      await chmod(path, 0o644);
      await expect(fileKeyWrapper(path)).rejects.toThrow('open to other users');
      await writeFile(path, 'short');
      await chmod(path, 0o600);
      await expect(fileKeyWrapper(path)).rejects.toThrow('32 bytes');
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
