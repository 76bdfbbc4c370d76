import type { Duplex } from 'node:stream';
import { PassThrough, Readable } from 'node:stream';
import { notFound } from '@kajitori/apimachinery';
import {
  type ClusterDialer,
  type ExecRequest,
  type NodeStreams,
  type ProcessOptions,
  type ProcessStreams,
  exitStatus,
} from '@kajitori/streams';

/** A node whose processes say what they were asked to run and then repeat their input, and whose ports repeat what they are sent. */
export class HollowStreams implements NodeStreams, ClusterDialer {
  readonly #node: string;

  constructor(node: string) {
    this.#node = node;
  }

  async exec(request: ExecRequest): Promise<ProcessStreams> {
    return hollowProcess(request, `${this.#node}: ${request.command.join(' ')}\n`);
  }

  async attach(request: ProcessOptions): Promise<ProcessStreams> {
    return hollowProcess(request, '');
  }

  async logs({ pod, container }: { pod: string; container: string }): Promise<Readable> {
    return Readable.from([Buffer.from(`${pod}/${container} runs on ${this.#node}\n`)]);
  }

  async document({ path }: { path: string }): Promise<Readable> {
    if (path !== '/healthz') throw notFound({ group: '', resource: 'nodes' }, this.#node);
    return Readable.from([Buffer.from('ok')]);
  }

  async portForward(): Promise<Duplex> {
    return new PassThrough();
  }

  async dial(): Promise<Duplex> {
    return new PassThrough();
  }
}

function hollowProcess(wanted: ProcessOptions, greeting: string): ProcessStreams {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  stdout.write(greeting);
  stderr.end();
  const done = Promise.withResolvers<void>();
  if (wanted.stdin) stdin.pipe(stdout).once('finish', () => done.resolve());
  else stdout.end(() => done.resolve());
  return {
    ...(wanted.stdin ? { stdin } : {}),
    ...(wanted.stdout ? { stdout } : {}),
    ...(wanted.stderr ? { stderr } : {}),
    resize: () => undefined,
    status: done.promise.then(() => exitStatus(0)),
    destroy() {
      for (const stream of [stdin, stdout, stderr]) stream.destroy();
      done.resolve();
    },
  };
}
