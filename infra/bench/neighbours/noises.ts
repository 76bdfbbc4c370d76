import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadRequest } from '../load.ts';
import type { NoisyClient } from './noisy-client.ts';

/** A way to be a bad neighbour, until the signal. */
export type Noise = (client: NoisyClient, signal: AbortSignal) => Promise<void>;

const collection = '/api/v1/namespaces/default/configmaps';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const listedObjects = 1_000;
const watches = 10_000;
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const protobuf = 'application/vnd.kubernetes.protobuf';

let number = 0;
const next = (): number => (number += 1);

const create = (path: string, object: object): LoadRequest => ({ method: 'POST', path, body: JSON.stringify(object) });
const configMap = (name: string, bytes: number): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { value: 'x'.repeat(bytes) },
});

/** So many clients, each sending the next as soon as the last was answered, whatever the answer. */
async function flood(clients: number, signal: AbortSignal, client: NoisyClient, make: () => LoadRequest): Promise<void> {
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (!signal.aborted) await client.send(make());
    }),
  );
}

export const noises: Record<string, Noise> = {
  /** 10,000 watches, those that are refused tried again at once, and writes that all of them see. */
  async watches(client, signal) {
    const open = async (): Promise<void> => {
      while (!signal.aborted) {
        await client.watch(`${collection}?watch=true&resourceVersion=0&fieldSelector=metadata.name%3Dflood`, signal);
        await sleep(10);
      }
    };
    await client.send(create(collection, configMap('flood', 500)));
    const writes = flood(4, signal, client, () => ({
      method: 'PATCH',
      path: `${collection}/flood`,
      contentType: 'application/merge-patch+json',
      body: JSON.stringify({ data: { value: `${next()}`.padEnd(500, 'x') } }),
    }));
    await Promise.all([writes, ...Array.from({ length: watches }, open)]);
  },

  /** Lists of everything in every form, no two alike. */
  async lists(client, signal) {
    await Promise.all(
      Array.from({ length: 16 }, async (_, lane) => {
        for (let at = lane; at < listedObjects && !signal.aborted; at += 16)
          await client.send(create(collection, configMap(`listed-${at}`, 3_000)));
      }),
    );
    const forms = ['application/json', protobuf, table];
    await flood(64, signal, client, () => ({
      method: 'GET',
      path: `${collection}?labelSelector=none!%3Dn${next()}`,
      headers: { accept: forms[number % forms.length] ?? '' },
    }));
  },

  /** Bodies as large as they may be, applied and patched. */
  async bodies(client, signal) {
    const env = Array.from({ length: 20_000 }, (_, at) => ({ name: `NAME_${at}`, value: 'x'.repeat(30) }));
    const labels = { app: 'large' };
    const containers = [{ name: 'main', image: 'main:1', env }];
    const spec = { replicas: 0, paused: true, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } };
    const deployment = JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'large' }, spec });
    const map = JSON.stringify(configMap('large', 1_000_000));
    const makes: (() => LoadRequest)[] = [
      () => ({
        method: 'PATCH',
        path: `${deployments}/large?fieldManager=a&force=true`,
        body: deployment,
        contentType: 'application/apply-patch+yaml',
      }),
      () => ({ method: 'POST', path: collection, body: map.replace('large', `large-${next()}`) }),
      () => ({ method: 'POST', path: collection, body: `{"data":[${'1,'.repeat(1_400_000)}1]}` }),
      () => ({
        method: 'PATCH',
        path: `${deployments}/large`,
        contentType: 'application/merge-patch+json',
        body: JSON.stringify({ metadata: { annotations: { number: `${next()}` } } }),
      }),
    ];
    await flood(16, signal, client, () => (makes[next() % makes.length] as () => LoadRequest)());
  },

  /** Events, and objects that come and go. */
  async events(client, signal) {
    await flood(64, signal, client, () => {
      const name = `event-${next()}`;
      const involvedObject = { kind: 'Pod', namespace: 'default', name: 'none' };
      return create('/api/v1/namespaces/default/events', {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name },
        involvedObject,
        reason: 'Noise',
        message: name,
        type: 'Normal',
      });
    });
  },

  /** 5,000 definitions, with the documents that tell of them. */
  async definitions(client, signal) {
    const properties = Object.fromEntries(
      Array.from({ length: 100 }, (_, at) => [
        `field${at}`,
        { type: 'object', properties: { a: { type: 'string' }, b: { type: 'integer' } } },
      ]),
    );
    await Promise.all([
      flood(8, signal, client, () => create(definitions, definition(`kind${next()}`, { type: 'object', properties }))),
      flood(4, signal, client, () => ({ method: 'GET', path: next() % 2 === 0 ? '/openapi/v2' : '/openapi/v3/apis/noise.example.com/v1' })),
    ]);
  },

  /** Rules and patterns that cost what they may. */
  async rules(client, signal) {
    const list = { type: 'array', maxItems: 400, items: { type: 'string', maxLength: 20 } };
    const text = { type: 'string', maxLength: 500_000, pattern: '^(a|aa|aaa)+$' };
    const rule = { rule: '!has(self.list) || self.list.all(x, self.list.exists(y, y == x))' };
    const costly = definition('costly', { type: 'object', properties: { list, text }, 'x-kubernetes-validations': [rule] });
    // It may be told to come again.
    while (!signal.aborted && ![201, 409].includes(await client.send(create(definitions, costly))));
    const items = Array.from({ length: 400 }, (_, at) => `item-${at}`);
    await flood(16, signal, client, () => {
      const name = `costly-${next()}`;
      const spec = number % 2 === 0 ? { list: items } : { text: `${'a'.repeat(400_000)}!` };
      return create('/apis/noise.example.com/v1/namespaces/default/costlys', {
        apiVersion: 'noise.example.com/v1',
        kind: 'Costly',
        metadata: { name },
        spec,
      });
    });
  },
};

function definition(singular: string, spec: object): object {
  const kind = `${singular[0]?.toUpperCase()}${singular.slice(1)}`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.noise.example.com` },
    spec: {
      group: 'noise.example.com',
      scope: 'Namespaced',
      names: { plural: `${singular}s`, singular, kind },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec } } } }],
    },
  };
}
