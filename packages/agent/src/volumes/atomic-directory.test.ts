import { lstat, mkdtemp, readFile, readdir, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writeAtomically } from './atomic-directory.ts';

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'atomic-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return join(path, 'volume');
}

const files = (content: Record<string, string>, mode = 0o644) =>
  new Map(Object.entries(content).map(([path, text]) => [path, { bytes: Buffer.from(text), mode }]));
const nobody = { gid: undefined };

describe('an atomic directory', () => {
  it('shows files through one link that turns, and leaves nothing of before', async () => {
    const path = await directory();
    expect(await writeAtomically(path, files({ a: '1', 'sub/b': '2' }), nobody)).toBe(true);
    expect(await readlink(join(path, 'a'))).toBe('..data/a');
    expect(await readFile(join(path, 'sub/b'), 'utf8')).toBe('2');
    const before = await readlink(join(path, '..data'));
    expect(await writeAtomically(path, files({ a: '9', c: '3' }), nobody)).toBe(true);
    expect(await readFile(join(path, 'a'), 'utf8')).toBe('9');
    expect((await readdir(path)).filter((name) => !name.startsWith('..')).sort()).toEqual(['a', 'c']);
    expect(await readdir(path)).not.toContain(before);
    expect((await readdir(path)).filter((name) => name.startsWith('..'))).toHaveLength(2);
  });

  it('does not move when nothing changed, and does when only a mode did', async () => {
    const path = await directory();
    await writeAtomically(path, files({ a: '1' }), nobody);
    const before = await lstat(join(path, '..data'));
    expect(await writeAtomically(path, files({ a: '1' }), nobody)).toBe(false);
    expect((await lstat(join(path, '..data'))).ino).toBe(before.ino);
    expect(await writeAtomically(path, files({ a: '1' }, 0o400), nobody)).toBe(true);
    expect((await stat(join(path, 'a'))).mode & 0o777).toBe(0o400);
  });

  it('may be empty', async () => {
    const path = await directory();
    expect(await writeAtomically(path, files({}), nobody)).toBe(true);
    expect(await writeAtomically(path, files({}), nobody)).toBe(false);
    expect(await readdir(join(path, '..data'))).toEqual([]);
  });
});
