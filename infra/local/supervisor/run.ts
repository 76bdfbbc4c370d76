import { rmSync } from 'node:fs';
import { copyFile, readdir, stat, truncate } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { instanceOf, logFile } from '../instance.ts';
import { writeIdentity } from '../process-identity.ts';
import { socketPath } from './control.ts';
import type { SupervisorState } from './control.ts';
import { SupervisedProcess } from './supervised-process.ts';
import type { ProcessSpec } from './supervised-process.ts';

/**
 * The supervisor: a daemon that keeps the processes of one instance running. It decides nothing: `npm start` says what
 * to run. It stops them in the opposite order of their start. Its own death stops nothing.
 */
const instance = instanceOf();
const processes = new Map<string, SupervisedProcess>();
const logLimitBytes = 64 * 1024 * 1024;
const logCheckMilliseconds = 60_000;

async function handle(request: IncomingMessage): Promise<unknown> {
  const [, resource, name = ''] = (request.url ?? '').split('/');
  if (resource === 'processes' && request.method === 'GET') return state();
  if (resource === 'processes' && request.method === 'PUT') return startProcess(JSON.parse(await bodyOf(request)) as ProcessSpec);
  if (resource === 'processes' && request.method === 'DELETE') return stopProcess(name);
  if (resource === 'shutdown' && request.method === 'POST') return void setImmediate(shutdown);
  throw new Error(`no ${request.method} ${request.url}`);
}

function state(): SupervisorState {
  return { processes: [...processes.values()].map((one) => one.state) };
}

async function startProcess(spec: ProcessSpec): Promise<void> {
  await stopProcess(spec.name);
  const files = { log: logFile(instance, spec.name), pid: join(instance.runDirectory, `${spec.name}.pid.json`) };
  const started = new SupervisedProcess(spec, files);
  processes.set(spec.name, started);
  started.start();
}

async function stopProcess(name: string): Promise<void> {
  await processes.get(name)?.stop();
  processes.delete(name);
}

let shuttingDown = false;

function shutdown(): void {
  if (shuttingDown) return;
  shuttingDown = true;
  void stopAll().then(() => {
    rmSync(join(instance.runDirectory, 'supervisor.pid.json'), { force: true });
    rmSync(socketPath(instance), { force: true });
    process.exit(0);
  });
}

async function stopAll(): Promise<void> {
  for (const name of [...processes.keys()].reverse()) await stopProcess(name);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Keeps each log under its limit, with one older piece beside it. Writers append, so they go on at the new start. */
async function limitLogs(): Promise<void> {
  for (const name of await readdir(instance.logsDirectory)) {
    const file = join(instance.logsDirectory, name);
    if (!name.endsWith('.log') || (await stat(file)).size < logLimitBytes) continue;
    await copyFile(file, `${file}.1`);
    await truncate(file);
  }
}

const server = createServer((request, response) => {
  handle(request).then(
    (answer) => response.writeHead(200).end(JSON.stringify(answer ?? {})),
    (error: Error) => response.writeHead(500).end(error.message),
  );
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, shutdown);
process.on('SIGHUP', () => console.log('terminal closed; going on'));
setInterval(() => {
  limitLogs().catch((error: unknown) => console.error('cannot limit the logs:', error));
}, logCheckMilliseconds).unref();
rmSync(socketPath(instance), { force: true });
await writeIdentity(join(instance.runDirectory, 'supervisor.pid.json'), process.pid);
const usualMask = process.umask(0o077);
server.listen(socketPath(instance), () => {
  process.umask(usualMask);
  console.log(`supervisor ${process.pid} listens`);
});
