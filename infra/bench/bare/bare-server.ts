import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { clusterId } from '@kajitori/apimachinery';
import { isRefusal, type ObjectKey, openPostgresStorage } from '@kajitori/storage';
import { Hono } from 'hono';
import postgres from 'postgres';

/**
 * The floor of the API's measurements, in a process of its own: Hono over TLS, with routes that do only what cannot be
 * left out. POST /write is the driver's grouped write of the body as it came; GET /bytes/NAME answers bytes that
 * PUT /bytes/NAME left; GET /rows/CLUSTER/RESOURCE/NAMESPACE reads rows and writes them as they come; DELETE /written deletes what /write wrote;
 * POST /fan-out commits one row and writes the body to whoever has GET /stream open. Told by environment: DATABASE_URL, CLUSTER, CERTIFICATE, PRIVATE_KEY. Prints its port.
 */
const { DATABASE_URL = '', CLUSTER = '', CERTIFICATE = '', PRIVATE_KEY = '' } = process.env;
const storage = openPostgresStorage({ url: DATABASE_URL });
const cluster = storage.cluster(clusterId(CLUSTER));
const kept = new Map<string, Uint8Array<ArrayBuffer>>();
const headers = { 'content-type': 'application/json' };
let number = 0;

const written: { key: ObjectKey; uid: string; expectedRevision: number }[] = [];
const deletionsAtOnce = 64;
const rowsAtOnce = 250;
const streams = new Set<ServerResponse>();
const sql = postgres(DATABASE_URL, { fetch_types: false });

const app = new Hono<{ Bindings: { outgoing: ServerResponse } }>();
app.post('/write', async (context) => {
  const body = await context.req.text();
  const name = `bare-${(number += 1)}`;
  await commit(name, body);
  return context.body(body, 201, headers);
});
app.delete('/written', async (context) => {
  const deletions = written.splice(0).map(({ key, uid, expectedRevision }) => [{ type: 'delete', key, uid, expectedRevision }] as const);
  for (let at = 0; at < deletions.length; at += deletionsAtOnce)
    await Promise.all(deletions.slice(at, at + deletionsAtOnce).map((set) => cluster.write(set)));
  return context.body(null, 204);
});
app.get('/rows/:cluster/:resource/:namespace', async (context) => {
  const { outgoing } = context.env;
  const { cluster: of, resource, namespace } = context.req.param();
  outgoing.writeHead(200, headers);
  outgoing.write('{"items":[');
  let between = '';
  await sql.begin(async (transaction) => {
    await transaction`SELECT set_config('kajitori.cluster', ${of}, true)`;
    const rows = transaction<{ body: string }[]>`SELECT body FROM storage.resources
      WHERE cluster = ${of} AND api_group = '' AND resource = ${resource} AND namespace = ${namespace} ORDER BY namespace, name`;
    for await (const some of rows.cursor(rowsAtOnce)) {
      if (!outgoing.write(between + some.map(({ body }) => body).join(','))) await once(outgoing, 'drain');
      between = ',';
    }
  });
  outgoing.end(']}');
  return RESPONSE_ALREADY_SENT;
});
app.get('/stream', (context) => {
  const { outgoing } = context.env;
  outgoing.writeHead(200, headers);
  outgoing.flushHeaders();
  streams.add(outgoing);
  outgoing.once('close', () => streams.delete(outgoing));
  return RESPONSE_ALREADY_SENT;
});
app.post('/fan-out', async (context) => {
  const body = await context.req.text();
  await commit(`bare-${(number += 1)}`, body);
  const bytes = Buffer.from(body);
  for (const stream of streams) stream.write(bytes);
  return context.body(null, 204);
});

async function commit(name: string, body: string): Promise<void> {
  const key = { group: '', resource: 'configmaps', namespace: 'default', name };
  const object = { ...key, uid: crypto.randomUUID(), body, labels: {}, fields: {}, stamp: { version: 'v1', schemaHash: '' } };
  const outcome = await cluster.write([{ type: 'create', object }]);
  if (isRefusal(outcome)) throw new Error(`a bare write was refused: ${outcome.refused}`);
  written.push({ key, uid: object.uid, expectedRevision: outcome.revisions[0] ?? 0 });
}
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
