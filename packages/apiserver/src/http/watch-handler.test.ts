import type { KubeObject } from '@kajitori/apimachinery';
import { catalogue } from '@kajitori/kinds';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { configMaps } from '@kajitori/kinds';
import { admin, configMap, type MemoryApi, memoryApi } from '../testing/memory-api.testing.ts';
import type { RequestGate } from '../fairness/request-gate.ts';
import type { HttpRequest } from './http-request.ts';
import { serveWatch, type WatchOutput } from './watch-handler.ts';

const openGate: Pick<RequestGate, 'turn' | 'unreadBytesMax'> = { turn: (_cluster, step) => step(), unreadBytesMax: () => 1_000_000 };
let memory: MemoryApi;
beforeAll(async () => {
  memory = await memoryApi();
});
afterAll(async () => memory[Symbol.asyncDispose]());

/** Runs one watch of ConfigMaps until `enough` frames came, and gives them parsed. */
async function watched(
  query: string,
  enough: number,
  during: () => Promise<void> = async () => undefined,
  { moved = new AbortController().signal, taken = async () => undefined }: { moved?: AbortSignal; taken?: () => Promise<void> } = {},
): Promise<{ type: string; object: KubeObject }[]> {
  const gone = new AbortController();
  const frames: string[] = [];
  const output: WatchOutput = {
    open: () => undefined,
    write(frame) {
      frames.push(...Buffer.from(frame).toString().trim().split('\n'));
      if (frames.length >= enough) gone.abort();
    },
    pendingBytes: () => 0,
    taken,
    end: () => undefined,
  };
  const request: HttpRequest = {
    method: 'GET',
    path: '',
    query: new URLSearchParams(query),
    rawHeaders: [],
    headers: { get: () => undefined },
    cluster: memory.cluster,
    user: admin,
    body: async () => new Uint8Array(),
    signal: gone.signal,
  };
  const kind = catalogue.find(({ plural }) => plural === 'configmaps') ?? configMaps;
  const storage = memory.storage.cluster(memory.cluster);
  const call = {
    cluster: memory.cluster,
    storage,
    user: admin,
    verb: 'watch',
    kind: kind as never,
    namespace: 'default',
    name: '',
    subresource: '',
    dryRun: false,
    fieldManager: 'test',
    warnings: [],
  };
  const running = serveWatch(memory.api.operations, { now: () => new Date() }, request, call, output, { gate: openGate, moved });
  await during();
  await running;
  return frames.map((frame) => JSON.parse(frame) as { type: string; object: KubeObject });
}

describe('a watch over HTTP', () => {
  it('has a time limit of its own when none is asked for', async () => {
    const maps = memory.client.resource(configMaps);
    const frames = await watched('', 1, async () => {
      await maps.create(configMap('limit'));
    });
    expect(frames[0]).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'limit' } } });
  });

  it('streams the state first, and says where it ends', async () => {
    const frames = await watched('sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true', 2);
    expect(frames.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK']);
    expect(frames[1]?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  });

  it('says nothing of a version when it ends in the midst of the state: who resumed from that would miss the rest', async () => {
    const maps = memory.client.resource(configMaps);
    const names = Array.from({ length: 12 }, (_, at) => `large-${at}`);
    for (const name of names) await maps.create({ ...configMap(name), data: { value: 'x'.repeat(100_000) } });
    const moved = new AbortController();
    let parts = 0;
    const taken = async (): Promise<void> => {
      if ((parts += 1) === 2) moved.abort();
    };
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const frames = await watched(query, 99, undefined, { moved: moved.signal, taken });
    expect(frames.length).toBeGreaterThan(0);
    expect(frames.length).toBeLessThan(names.length);
    expect(new Set(frames.map(({ type }) => type))).toEqual(new Set(['ADDED']));
    for (const name of names) await maps.delete('default', name);
  });

  it('ends at the asked time with a bookmark', async () => {
    const { resourceVersion } = await memory.client.resource(configMaps).list('default');
    const frames = await watched(`timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion=${resourceVersion}`, 99, async () => {
      await memory.client.resource(configMaps).patch('default', 'limit', { data: { a: 'b' } });
    });
    expect(frames.map(({ type }) => type)).toEqual(['MODIFIED', 'BOOKMARK']);
  });

  it('leaves no timer behind, whether its time is over or its client leaves before', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    try {
      await watched('timeoutSeconds=3600', 1);
      await watched('timeoutSeconds=3600&fieldSelector=metadata.name=none', 1, async () => {
        await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(1));
        vi.advanceTimersByTime(3_600_000);
      });
      // The tail of the cluster lingers for a moment.
      vi.advanceTimersByTime(10_000);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('says that a version has not happened, and that one is too old', async () => {
    expect((await watched('resourceVersion=999999', 1))[0]).toMatchObject({ type: 'ERROR', object: { code: 504, reason: 'Timeout' } });
    await memory.client.resource(configMaps).patch('default', 'limit', { data: { a: 'c' } });
    memory.storage.forgetHistory();
    expect((await watched('resourceVersion=1', 1))[0]).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  });

  it('refuses parameters that do not go together', async () => {
    await expect(watched('sendInitialEvents=true', 1)).rejects.toMatchObject({ reason: 'Invalid' });
    await expect(watched('timeoutSeconds=soon', 1)).rejects.toMatchObject({ reason: 'BadRequest' });
  });
});
