import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DesiredObject } from '@kajitori/agent-protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Checkpoint } from '../checkpoint/checkpoint.ts';
import { DesiredObjects } from './desired-objects.ts';

const object = (kind: string, name: string, uid: string, resourceVersion = '1'): DesiredObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'shop', uid, resourceVersion },
});

async function scene(stateDir?: string) {
  const directory = stateDir ?? (await mkdtemp(join(tmpdir(), 'desired-')));
  if (stateDir === undefined) onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const told: string[] = [];
  const checkpoint = await Checkpoint.open(directory);
  const desired = new DesiredObjects(checkpoint, {
    podWanted: ({ metadata }) => told.push(`wanted ${metadata.name} ${metadata.uid}`),
    podRemoved: ({ metadata }) => told.push(`removed ${metadata.name} ${metadata.uid}`),
    objectsChanged: (namespaces) => told.push(`changed ${[...namespaces].join()}`),
    complete: (uids) => told.push(`complete ${[...uids].join()}`),
    diskRefused: (error) => told.push(`refused ${String(error)}`),
  });
  return { directory, told, desired, checkpoint };
}

describe('desired state', () => {
  it('is whole once the last part of a sync came, and what no part named is gone', async () => {
    const { desired, told } = await scene();
    await desired.receive({
      type: 'desiredDelta',
      revision: 1,
      puts: [object('Pod', 'old', 'o'), object('Secret', 's', 's')],
      removes: [],
    });
    told.length = 0;
    expect(
      await desired.receive({ type: 'desiredSync', revision: 5, part: 0, last: false, objects: [object('Pod', 'a', 'a')] }),
    ).toBeUndefined();
    expect(told).toEqual([]);
    expect(await desired.receive({ type: 'desiredSync', revision: 5, part: 1, last: true, objects: [object('ConfigMap', 'm', 'm')] })).toBe(
      5,
    );
    expect(told).toEqual(['removed old o', 'changed shop', 'wanted a a', 'complete a']);
    expect(desired.secret('shop', 's')).toBeUndefined();
    expect(desired.configMap('shop', 'm')).toBeDefined();
  });

  it('refuses parts out of order and passes over repetitions', async () => {
    const { desired, told } = await scene();
    await expect(desired.receive({ type: 'desiredSync', revision: 5, part: 1, last: true, objects: [] })).rejects.toThrow('out of order');
    const delta = { type: 'desiredDelta', revision: 2, puts: [object('Pod', 'a', 'a')], removes: [] } as const;
    expect(await desired.receive({ ...delta, puts: [...delta.puts], removes: [] })).toBe(2);
    expect(await desired.receive({ ...delta, puts: [...delta.puts], removes: [] })).toBeUndefined();
    expect(told).toEqual(['wanted a a']);
  });

  it('tells a pod from its successor of the same name', async () => {
    const { desired, told } = await scene();
    await desired.receive({ type: 'desiredDelta', revision: 1, puts: [object('Pod', 'a', 'first')], removes: [] });
    await desired.receive({ type: 'desiredDelta', revision: 2, puts: [object('Pod', 'a', 'second', '2')], removes: [] });
    await desired.receive({
      type: 'desiredDelta',
      revision: 3,
      puts: [],
      removes: [{ kind: 'Pod', namespace: 'shop', name: 'a', uid: 'first' }],
    });
    expect(told).toEqual(['wanted a first', 'removed a first', 'wanted a second']);
    expect([...desired.podUids()]).toEqual(['second']);
  });

  it('comes back from disk as it was acknowledged', async () => {
    const first = await scene();
    await first.desired.receive({
      type: 'desiredDelta',
      revision: 9,
      puts: [object('Pod', 'a', 'a'), object('ConfigMap', 'm', 'm')],
      removes: [],
    });
    const second = await scene(first.directory);
    await second.desired.load(() => undefined);
    expect(second.told).toEqual(['wanted a a']);
    expect(second.checkpoint.desiredRevision).toBe(9);
    expect(second.desired.configMap('shop', 'm')).toBeDefined();
  });
});
