import { type KubeObject, notFound } from '@kajitori/apimachinery';
import type { ResourceClient } from '@kajitori/client';
import { configMaps, type Kind, namespaces, pods, serviceAccounts } from '@kajitori/kinds';
import { expect, it } from 'vitest';
import { Caches } from './caches.ts';

it('does not wait for a kind that went with its definition', async () => {
  const own = { ...configMaps, custom: {} } as unknown as Kind;
  const errors: unknown[] = [];
  const unserved = {
    list: async () => Promise.reject(notFound({ group: 'example.com', resource: 'widgets' }, '')),
  } as unknown as ResourceClient<KubeObject>;
  await using caches = new Caches({
    open: () => unserved,
    present: async () => ({ revision: 1, resources: [{ group: '', resource: 'configmaps', asBorn: false }] }),
    onError: (_kind, error) => errors.push(error),
  });
  expect(await caches.metadata([own])).toEqual(new Map());
  expect(caches.size).toBe(0);
  expect(errors).toEqual([]);
});

/** A cluster with one ConfigMap and the namespaces it was born with; counts what is asked of each kind. */
function counted(): { asked: string[]; open: (kind: Kind) => ResourceClient<KubeObject> } {
  const asked: string[] = [];
  const open = (kind: Kind): ResourceClient<KubeObject> =>
    ({
      list: async () => {
        asked.push(`list ${kind.plural}`);
        return { items: [{ apiVersion: 'v1', kind: kind.kind, metadata: { name: 'one', uid: kind.plural } }], resourceVersion: '5' };
      },
      async *watch(_namespace: string, { resourceVersion, signal }: { resourceVersion: string; signal: AbortSignal }) {
        asked.push(`watch ${kind.plural} ${resourceVersion}`);
        yield { type: 'BOOKMARK', resourceVersion: '9' };
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    }) as unknown as ResourceClient<KubeObject>;
  return { asked, open };
}

const present = {
  revision: 5,
  resources: [
    { group: '', resource: 'configmaps', asBorn: false },
    { group: '', resource: 'namespaces', asBorn: true },
    { group: '', resource: 'serviceaccounts', asBorn: true },
  ],
};

function cachesOver(open: (kind: Kind) => ResourceClient<KubeObject>): Caches {
  return new Caches({ open, present: async () => present, onError: () => undefined });
}

it('asks only for kinds that the cluster has something of, and for others when they change', async () => {
  const { asked, open } = counted();
  await using caches = cachesOver(open);
  caches.add(configMaps);
  caches.add(pods);
  caches.add(namespaces);
  caches.add(serviceAccounts, { changesOnly: true });
  await caches.start();
  expect(asked.filter((one) => one.startsWith('list')).toSorted()).toEqual(['list configmaps', 'list namespaces']);
  caches.told(7);
  expect(caches.find(pods)?.revision).toBe(7);
  asked.length = 0;
  caches.changed({ revision: 8, object: { group: '', resource: 'pods' } });
  caches.changed({ revision: 8, object: { group: '', resource: 'serviceaccounts' } });
  await caches.find(serviceAccounts)?.synced;
  await caches.find(pods)?.reached(9, AbortSignal.timeout(1_000));
  expect(asked.filter((one) => !one.startsWith('watch serviceaccounts'))).toEqual(['watch pods 7', 'list serviceaccounts']);
});

it('keeps a cache that one controller needs whole, though another needs only its changes', async () => {
  const { asked, open } = counted();
  await using caches = cachesOver(open);
  caches.add(serviceAccounts, { changesOnly: true });
  caches.add(serviceAccounts);
  await caches.start();
  expect(asked).toContain('list serviceaccounts');
});

it('keeps the metadata of kinds that the cluster has something of, and hears of others when they come', async () => {
  const { asked, open } = counted();
  await using caches = cachesOver(open);
  await caches.start();
  const first = await caches.metadata([configMaps, pods]);
  expect(first.get(configMaps)?.size).toBe(1);
  expect(first.get(pods)?.showsAll).toBe(true);
  expect(asked.filter((one) => one.startsWith('list'))).toEqual(['list configmaps']);
  caches.changed({ revision: 6, object: { group: '', resource: 'pods' } });
  await first.get(pods)?.reached(9, AbortSignal.timeout(1_000));
  expect(asked).toContain('watch pods 5');
});

it('does not take a kind for absent that came while it looked', async () => {
  const { asked, open } = counted();
  const looking = Promise.withResolvers<typeof present>();
  let looks = 0;
  await using caches = new Caches({
    open,
    present: async () => ((looks += 1) === 1 ? present : looking.promise),
    onError: () => undefined,
  });
  await caches.start();
  const opened = caches.metadata([pods]);
  caches.changed({ revision: 6, object: { group: '', resource: 'pods' } });
  caches.told(6);
  looking.resolve({ ...present, revision: 5 });
  expect((await opened).get(pods)?.size).toBe(1);
  expect(asked).toContain('list pods');
});
