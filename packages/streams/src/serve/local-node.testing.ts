/** For tests: a node whose containers are processes of this machine, and whose ports are its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { notFound, StatusError } from '@kajitori/apimachinery';
import { type CommandStatus, exitStatus, failureStatus } from '../exit-status.ts';
import type { ClusterDialer, ExecRequest, NodeStreams, ProcessStreams, TerminalSize } from '../node-streams.ts';

export class LocalNode implements NodeStreams, ClusterDialer {
  readonly resizes: TerminalSize[] = [];
  readonly children: ChildProcess[] = [];

  async exec({ command, stdin, stdout, stderr, pod }: ExecRequest): Promise<ProcessStreams> {
    if (pod === 'unreachable') throw new StatusError('ServiceUnavailable', 'node "n1" is not connected');
    const child = spawn(command[0]!, command.slice(1), { stdio: 'pipe' });
    this.children.push(child);
    child.stdin.on('error', () => undefined);
    if (!stdin) child.stdin.end();
    const status = once(child, 'exit').then(
      ([code]) => exitStatus((code as number | null) ?? 137),
      (error: unknown): CommandStatus => failureStatus(error, 'error executing command in container'),
    );
    return {
      ...(stdin ? { stdin: child.stdin } : {}),
      // A child's own streams are drained unread when it exits.
      ...(stdout ? { stdout: child.stdout.pipe(new PassThrough()) } : {}),
      ...(stderr ? { stderr: child.stderr.pipe(new PassThrough()) } : {}),
      resize: (size) => this.resizes.push(size),
      status,
      destroy: () => child.kill('SIGKILL'),
    };
  }

  attach(request: Omit<ExecRequest, 'command'>): Promise<ProcessStreams> {
    return this.exec({ ...request, command: ['cat'] });
  }

  async logs(): Promise<Readable> {
    return Readable.from(['a line\n']);
  }

  async document({ path }: { path: string }): Promise<Readable> {
    if (path !== '/healthz') throw notFound({ group: '', resource: 'nodes' }, 'n1');
    return Readable.from(['ok']);
  }

  async portForward({ port }: { port: number }): Promise<Socket> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    try {
      await once(socket, 'connect');
    } catch (cause) {
      throw new StatusError('ServiceUnavailable', `nothing listens on port ${port}`, { cause });
    }
    return socket;
  }

  dial({ port }: { port: number }): Promise<Socket> {
    return this.portForward({ port });
  }
}
