import { request } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** The few calls of the Docker Engine API that set-up needs. The `docker` program need not be installed for them. */
export interface DockerCall {
  method?: 'GET' | 'POST' | 'DELETE';
  path: string;
  body?: Readable;
  /** Of the body; a tar archive unless said otherwise. */
  contentType?: string;
  /** No answer for so long ends the call. */
  idleLimitMilliseconds?: number;
}

export interface DockerAnswer {
  status: number;
  text: string;
}

const usualIdleLimitMilliseconds = 60_000;

/** @throws Error with the code of the system (ENOENT, ECONNREFUSED, EACCES) when no engine listens. */
export function dockerCall(
  socketPath: string,
  { method = 'GET', path, body, contentType, idleLimitMilliseconds }: DockerCall,
): Promise<DockerAnswer> {
  return new Promise((resolve, reject) => {
    const headers = body ? { 'content-type': contentType ?? 'application/x-tar' } : {};
    const timeout = idleLimitMilliseconds ?? usualIdleLimitMilliseconds;
    const call = request({ socketPath, method, path, headers, timeout }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    call.on('timeout', () => call.destroy(new Error(`${socketPath} does not answer`)));
    call.on('error', reject);
    if (body) pipeline(body, call).catch(reject);
    else call.end();
  });
}

/** The engine's version. */
export async function engineVersion(socket: string): Promise<string> {
  const { status, text } = await dockerCall(socket, { path: '/version', idleLimitMilliseconds: 5_000 });
  if (status !== 200) throw new Error(`${socket} answered ${status}: ${text}`);
  return (JSON.parse(text) as { Version: string }).Version;
}

export async function engineAnswers(socket: string): Promise<boolean> {
  return engineVersion(socket).then(
    () => true,
    () => false,
  );
}

/** Removes containers, running or not, with their anonymous volumes. With a label, only those that carry it. */
export async function removeContainers(socket: string, label?: string): Promise<number> {
  const filters = label ? `&filters=${encodeURIComponent(JSON.stringify({ label: [label] }))}` : '';
  const { text } = await dockerCall(socket, { path: `/containers/json?all=1${filters}` });
  const containers = JSON.parse(text) as { Id: string }[];
  await Promise.all(containers.map(({ Id }) => dockerCall(socket, { method: 'DELETE', path: `/containers/${Id}?force=1&v=1` })));
  return containers.length;
}
