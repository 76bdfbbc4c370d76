import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Context, Hono } from 'hono';

/**
 * Serves the node installer and what it installs: the agent's bundle, and the very runtime that this process runs on, so
 * that a machine needs no registry. All of it is public; a join token is what makes a machine a node.
 */
export interface InstallOptions {
  /** Has `install.sh`, `remove-containers.mjs` and `agent.js`. */
  bundleDirectory: string;
  /** Base URL of the API as machines reach it. */
  publicUrl: string;
  /** What agents dial. */
  gatewayUrl: string;
  /** PEM of the authority behind both; undefined where everybody trusts their certificates. */
  certificateAuthority(): Promise<string | undefined>;
  /** The runtime to hand out; this process's own unless given. */
  nodeBinary?: string;
}

const nodePlatform = `${process.platform}-${process.arch}`;

export function installApp(options: InstallOptions): Hono {
  const { bundleDirectory, nodeBinary = process.execPath } = options;
  const agent = new PublicFile(join(bundleDirectory, 'agent.js'), 'text/javascript');
  const node = new PublicFile(nodeBinary, 'application/octet-stream');
  const app = new Hono();
  app.get('/install', async (c) =>
    c.body(await installScript(options, agent, node), 200, { 'content-type': 'text/x-shellscript; charset=utf-8' }),
  );
  app.get('/install/agent.mjs', (c) => agent.serve(c));
  app.get('/install/agent.mjs.sha256', async (c) => c.text(`${await agent.sha256()}  agent.mjs\n`));
  app.get(`/install/node-${nodePlatform}`, (c) => node.serve(c));
  app.get(`/install/node-${nodePlatform}.sha256`, async (c) => c.text(`${await node.sha256()}  node-${nodePlatform}\n`));
  app.all('/install/*', (c) => c.text(`there is no ${c.req.path}: this service installs ${nodePlatform} machines\n`, 404));
  app.onError((error, c) => {
    if (error instanceof MissingFileError) return c.text(`${error.message}\n`, 503);
    throw error;
  });
  return app;
}

async function installScript(options: InstallOptions, agent: PublicFile, node: PublicFile): Promise<string> {
  const read = (name: string) => readText(join(options.bundleDirectory, name));
  const [template, removeContainers, authority, agentSha256, nodeSha256] = await Promise.all([
    read('install.sh'),
    read('remove-containers.mjs'),
    options.certificateAuthority(),
    agent.sha256(),
    node.sha256(),
  ]);
  const words: Record<string, string> = {
    PUBLIC_URL: shellSafe(options.publicUrl.replace(/\/$/, '')),
    GATEWAY_URL: shellSafe(options.gatewayUrl),
    AGENT_SHA256: agentSha256,
    NODE_SHA256: nodeSha256,
    NODE_PLATFORM: nodePlatform,
    CERTIFICATE_AUTHORITY: authority?.trimEnd() ?? '',
    REMOVE_CONTAINERS: removeContainers.trimEnd(),
  };
  return template.replaceAll(/@([A-Z0-9_]+)@/g, (whole, word: string) => words[word] ?? whole);
}

/** Our own configuration goes between single quotes of a script that root runs. */
function shellSafe(text: string): string {
  if (/^[A-Za-z0-9:/._[\]-]+$/.test(text)) return text;
  throw new Error(`not an address that the installer can carry: ${JSON.stringify(text)}`);
}

/** The service was deployed without a file that it should serve. */
class MissingFileError extends Error {
  override readonly name = 'MissingFileError';
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw missing(file, cause);
  }
}

function missing(file: string, cause: unknown): unknown {
  if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') return cause;
  return new MissingFileError(`this service was deployed without ${file.slice(file.lastIndexOf('/') + 1)}: run its build`, { cause });
}

/** A file on disk with its hash, which is computed again when the file changes. */
class PublicFile {
  readonly #path: string;
  readonly #contentType: string;
  #known: { version: string; sha256: Promise<string> } | undefined;

  constructor(path: string, contentType: string) {
    this.#path = path;
    this.#contentType = contentType;
  }

  async sha256(): Promise<string> {
    const { version } = await this.#stat();
    if (this.#known?.version !== version) {
      const sha256 = hashOf(this.#path);
      this.#known = { version, sha256 };
      sha256.catch(() => (this.#known = undefined));
    }
    return this.#known.sha256;
  }

  async serve(c: Context): Promise<Response> {
    const [{ size }, sha256] = await Promise.all([this.#stat(), this.sha256()]);
    const headers = { 'content-type': this.#contentType, etag: `"${sha256}"`, 'x-content-type-options': 'nosniff' };
    if (c.req.header('if-none-match') === headers.etag) return c.body(null, 304, headers);
    const stream = Readable.toWeb(createReadStream(this.#path)) as ReadableStream<Uint8Array>;
    return c.body(stream, 200, { ...headers, 'content-length': String(size) });
  }

  async #stat(): Promise<{ size: number; version: string }> {
    try {
      const { size, mtimeMs, ino } = await stat(this.#path);
      return { size, version: `${size} ${mtimeMs} ${ino}` };
    } catch (cause) {
      throw missing(this.#path, cause);
    }
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
