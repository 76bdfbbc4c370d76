import { randomBytes } from 'node:crypto';
import type { ClusterId } from '@kajitori/apimachinery';
import { storageConformance } from '../conformance/storage-conformance.ts';
import { overlayStorage } from '../overlay/overlay-storage.ts';
import { keyWrapperOf } from '../sealing/key-wrapper.ts';
import { sealedStorage } from '../sealing/sealed-storage.ts';
import { Sealer } from '../sealing/sealer.ts';
import { postgresSubject } from './subject.fixture.ts';

/** The layers as processes stack them: the overlay over the seals over Postgres. */
storageConformance('postgres with all layers', async () => {
  const subject = await postgresSubject();
  const sealer = new Sealer({ dataKeys: subject.engine.dataKeys, wrapper: keyWrapperOf(randomBytes(32)) });
  const sealed = sealedStorage(subject.engine, { sealer });
  const overlaid = overlayStorage(sealed, { newest: 1, release: () => [systemNamespace] });
  const { clusters } = subject.engine;
  const engine = {
    ...subject.engine,
    cluster: (id: ClusterId) => overlaid.cluster(id),
    clusters: {
      create: (...[id, options]: Parameters<typeof clusters.create>) => clusters.create(id, { overlayVersion: 1, ...options }),
      delete: (...all: Parameters<typeof clusters.delete>) => clusters.delete(...all),
      deleting: (...all: Parameters<typeof clusters.deleting>) => clusters.deleting(...all),
    },
  };
  return { engine, forgetHistory: () => subject.forgetHistory(), [Symbol.asyncDispose]: () => subject[Symbol.asyncDispose]() };
});

const systemNamespace = {
  group: '',
  resource: 'namespaces',
  namespace: '',
  name: 'kube-system',
  labels: {},
  fields: {},
  stamp: { version: 'v1', schemaHash: '' },
  body: () => '{}',
};
