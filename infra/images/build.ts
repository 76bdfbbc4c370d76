import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dockerCall } from '../local/docker-api.ts';
import { instanceOf, logFile, makeDirectories, readSettings } from '../local/instance.ts';
import { nodeEngines } from '../local/node-engine.ts';
import { showFailure, step } from '../local/progress.ts';
import { images } from './definitions.ts';
import type { ImageDefinition } from './definitions.ts';
import { buildRootFileSystem } from './root-file-system.ts';

/** `npm run images`: the images of examples/ in every engine of this instance. What is there already is left alone. */
const instance = instanceOf();
const log = logFile(instance, 'images');
const importLimitMilliseconds = 600_000;
/** Says of which definition an image was made. */
const hashLabel = 'kajitori.dev/definition';

async function load(image: ImageDefinition, sockets: string[]): Promise<string> {
  const hash = hashOf(image);
  const missing: string[] = [];
  for (const socket of sockets) if (!(await has(socket, image, hash))) missing.push(socket);
  if (missing.length === 0) return 'there already';
  await using built = await buildRootFileSystem(image, { root: instance.root, log });
  for (const socket of missing) await importImage(socket, image, hash, built.archive);
  return `into ${missing.length} of ${sockets.length} engines`;
}

async function has(socket: string, { name }: ImageDefinition, hash: string): Promise<boolean> {
  const { status, text } = await dockerCall(socket, { path: `/images/${name}/json` });
  if (status !== 200) return false;
  const { Config } = JSON.parse(text) as { Config: { Labels: Record<string, string> | null } | null };
  return Config?.Labels?.[hashLabel] === hash;
}

async function importImage(socket: string, image: ImageDefinition, hash: string, archive: string): Promise<void> {
  const colon = image.name.lastIndexOf(':');
  const query = new URLSearchParams({ fromSrc: '-', repo: image.name.slice(0, colon), tag: image.name.slice(colon + 1) });
  for (const change of [...image.changes, `LABEL ${hashLabel}=${hash}`]) query.append('changes', change);
  const { status, text } = await dockerCall(socket, {
    method: 'POST',
    path: `/images/create?${query.toString()}`,
    body: createReadStream(archive),
    idleLimitMilliseconds: importLimitMilliseconds,
  });
  if (status !== 200 || text.includes('"error"')) throw new Error(`${socket} refused ${image.name}: ${status} ${text.trim()}`);
}

function hashOf(image: ImageDefinition): string {
  const hash = createHash('sha256').update(JSON.stringify(image));
  for (const file of Object.values(image.files)) if ('from' in file) hash.update(readFileSync(join(instance.root, file.from)));
  return hash.digest('hex').slice(0, 16);
}

try {
  await makeDirectories(instance);
  const sockets = nodeEngines(instance, { nodes: readSettings(instance)?.nodes || 1 }).map(({ socket }) => socket);
  for (const image of images) {
    await step(image.name, { log, remedy: 'npm start first: it starts the engines' }, () => load(image, sockets));
  }
} catch (error) {
  showFailure(error);
}
