import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { ManagementEnvironment } from './environment.ts';
import { ProblemError } from './problem.ts';

export const maxBodyBytes = 256 * 1024;

/** Bodies are JSON and small. One of another type would be passed over in silence; one without end would fill the memory. */
export const boundedJsonBodies = createMiddleware<ManagementEnvironment>(async (c, next) => {
  const length = c.req.header('content-length');
  if (length !== undefined && length !== '0') {
    refuseOtherType(c);
    if (!(Number(length) <= maxBodyBytes)) throw tooLarge();
  }
  if (length === undefined && !bodiless.has(c.req.method)) await readWithoutLength(c);
  await next();
});

const bodiless = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);

/** Chunked, or HTTP/2: only reading tells how much there is. What was read is what the handlers get. */
async function readWithoutLength(c: Context<ManagementEnvironment>): Promise<void> {
  const { body } = c.req.raw;
  const text = body === null ? '' : await readBounded(body);
  if (text !== '') refuseOtherType(c);
  // The cache holds promises, whatever its type says.
  c.req.bodyCache.text = Promise.resolve(text) as unknown as string;
}

/** Policies are written by hand, and may come as they were written. */
const yamlPath = /^\/v1\/clusters\/[^/]+\/audit-policy$/;

function refuseOtherType({ req }: Context<ManagementEnvironment>): void {
  const type = req.header('content-type');
  const plain = type?.split(';')[0]?.trim().toLowerCase();
  if (plain === 'application/json' || (plain === 'application/yaml' && yamlPath.test(req.path))) return;
  const given = type ?? 'a body without Content-Type';
  throw new ProblemError('unsupported-media-type', `this API does not read ${given}`, 'Send JSON, with Content-Type: application/json.');
}

async function readBounded(body: ReadableStream<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBodyBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function tooLarge(): ProblemError {
  return new ProblemError('too-large', `a body has at most ${maxBodyBytes} bytes`, 'Send less.');
}
