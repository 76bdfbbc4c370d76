import { createSecureServer } from 'node:http2';
import { getRequestListener } from '@hono/node-server';
import { clusterId } from '@kajitori/apimachinery';
import { openPostgresStorage } from '@kajitori/storage';
import { Hono } from 'hono';

/**
 * The floor of the API's measurements, in a process of its own: Hono over TLS, with routes that do only what cannot be
 * left out. POST /write is the driver's grouped write of the body as it came; GET /bytes/NAME answers bytes that
 * PUT /bytes/NAME left. Told by environment: DATABASE_URL, CLUSTER, CERTIFICATE, PRIVATE_KEY. Prints its port.
 */
const { DATABASE_URL = '', CLUSTER = '', CERTIFICATE = '', PRIVATE_KEY = '' } = process.env;
const storage = openPostgresStorage({ url: DATABASE_URL });
const cluster = storage.cluster(clusterId(CLUSTER));
const kept = new Map<string, Uint8Array<ArrayBuffer>>();
const headers = { 'content-type': 'application/json' };
let number = 0;

const app = new Hono();
app.post('/write', async (context) => {
  const body = await context.req.text();
  const name = `bare-${(number += 1)}`;
  const key = { group: '', resource: 'configmaps', namespace: 'default', name };
  const object = { ...key, uid: crypto.randomUUID(), body, labels: {}, fields: {}, stamp: { version: 'v1', schemaHash: '' } };
  await cluster.write([{ type: 'create', object }]);
  return context.body(body, 201, headers);
});
app.put('/bytes/:name', async (context) => {
  kept.set(context.req.param('name'), new Uint8Array(await context.req.arrayBuffer()));
  return context.body(null, 204);
});
app.get('/bytes/:name', (context) => {
  const bytes = kept.get(context.req.param('name'));
  return bytes ? context.body(bytes, 200, headers) : context.notFound();
});

const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
const server = createSecureServer(
  { cert: CERTIFICATE, key: PRIVATE_KEY, allowHTTP1: true },
  (incoming, outgoing) => void listener(incoming, outgoing),
);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' ? address?.port : '');
});
process.on('SIGTERM', () => process.exit(0));
