import { once } from 'node:events';
import { KubeConfig } from '@kubernetes/client-node';
import { openTestInstance, waitFor } from '@kajitori/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { RawClient } from './compatibility/raw-client.ts';

/** Watches over WebSocket, as browsers and some libraries ask for them. */
const owns = new AsyncDisposableStack();
const config = new KubeConfig();
const path = '/api/v1/namespaces/default/configmaps';
let raw: RawClient;
let certificate: string;

beforeAll(async () => {
  const instance = owns.use(await openTestInstance());
  config.loadFromFile(instance.kubeconfigFile);
  certificate = instance.certificateAuthority;
  raw = owns.use(await RawClient.open(instance.kubeconfigFile));
});
afterAll(() => owns.disposeAsync());

function open(query: string, protocols: string[], headers: Record<string, string> = {}): WebSocket {
  const server = config.getCurrentCluster()?.server.replace('https:', 'wss:') ?? '';
  return new WebSocket(`${server}${path}?watch=1&${query}`, protocols, { ca: certificate, headers });
}

const token = (): string => config.getCurrentUser()?.token ?? '';
const carried = (): string => `base64url.bearer.authorization.k8s.io.${Buffer.from(token()).toString('base64url')}`;

it('sends one event a message, to a client that carries its token as a protocol', async () => {
  const socket = open('labelSelector=watched%3Dyes', [carried(), 'base64.binary.k8s.io']);
  const events: string[] = [];
  socket.on('message', (data, binary) => {
    const { type, object } = JSON.parse((data as Buffer).toString()) as { type: string; object: { metadata: { name: string } } };
    events.push(`${type} ${object.metadata.name}${binary ? ' binary' : ''}`);
  });
  await once(socket, 'open');
  expect(socket.protocol).toBe('base64.binary.k8s.io');
  const body = (name: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { watched: 'yes' } } });
  await Promise.all(['ws-a', 'ws-b'].map((name) => raw.send('POST', path, { body: body(name) })));
  await raw.send('DELETE', `${path}?labelSelector=watched%3Dyes`);
  await waitFor(() => events.length === 4, { what: 'four events came' });
  expect([...events].sort()).toEqual(['ADDED ws-a', 'ADDED ws-b', 'DELETED ws-a', 'DELETED ws-b']);
  socket.close();
  await once(socket, 'close');
});

it('ends when its time is over, and refuses strangers before the upgrade', async () => {
  const short = open('timeoutSeconds=1', [], { authorization: `Bearer ${token()}` });
  await once(short, 'close');
  const stranger = open('', [], { authorization: 'Bearer nobody' });
  const [error] = (await once(stranger, 'error')) as [Error];
  expect(error.message).toBe('Unexpected server response: 401');
});
