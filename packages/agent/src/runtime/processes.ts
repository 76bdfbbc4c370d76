import type { Duplex, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { DockerClient } from './docker-client.ts';
import { createdForm, inspectedExecForm } from './docker-forms.ts';
import { splitOutputs } from './demultiplex.ts';

export interface ProcessRequest {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

/** A process in a container, with the streams that were asked for. */
export interface EngineProcess {
  stdin?: Duplex;
  stdout?: Readable;
  stderr?: Readable;
  resize(size: { width: number; height: number }): Promise<void>;
  /** Settles when it has ended. Undefined when nobody can know: an attachment that was let go. */
  readonly exitCode: Promise<number | undefined>;
  destroy(): void;
}

export interface ExecProcess extends EngineProcess {
  /** Ends it, for the engine has no word for that. Works where agent and engine see the same processes. */
  kill(): Promise<void>;
}

const pollMilliseconds = [5, 10, 20, 50, 100, 200];

/** Starts a command in a running container. @throws DockerError 404 or 409 when it does not run. */
export async function startExec(
  docker: DockerClient,
  containerId: string,
  command: readonly string[],
  wanted: ProcessRequest,
): Promise<ExecProcess> {
  const { Id } = createdForm.parse(
    await docker.json('POST', `/containers/${containerId}/exec`, {
      body: {
        AttachStdin: wanted.stdin,
        AttachStdout: wanted.stdout,
        AttachStderr: wanted.stderr && !wanted.tty,
        Tty: wanted.tty,
        Cmd: command,
      },
    }),
  );
  const connection = await docker.hijack('POST', `/exec/${Id}/start`, { body: { Detach: false, Tty: wanted.tty } });
  const over = closed(connection);
  return {
    ...streamsOf(connection, wanted),
    resize: async ({ width, height }) => void (await docker.json('POST', `/exec/${Id}/resize`, { query: { w: width, h: height } })),
    exitCode: over.then(() => execExitCode(docker, Id)),
    kill: () => killExec(docker, Id),
    destroy: () => connection.destroy(),
  };
}

/** Where the main process of a container goes on: its streams from now on. */
export async function attach(docker: DockerClient, containerId: string, wanted: ProcessRequest): Promise<EngineProcess> {
  const connection = await docker.hijack('POST', `/containers/${containerId}/attach`, {
    query: { stream: 1, stdin: wanted.stdin ? 1 : 0, stdout: wanted.stdout ? 1 : 0, stderr: wanted.stderr ? 1 : 0 },
  });
  return {
    ...streamsOf(connection, wanted),
    resize: async ({ width, height }) =>
      void (await docker.json('POST', `/containers/${containerId}/resize`, { query: { w: width, h: height } })),
    exitCode: closed(connection).then(() => undefined),
    destroy: () => connection.destroy(),
  };
}

function streamsOf(connection: Duplex, { stdin, stdout, stderr, tty }: ProcessRequest): Pick<EngineProcess, 'stdin' | 'stdout' | 'stderr'> {
  const input = stdin ? { stdin: connection } : {};
  if (tty) {
    if (!stdout) connection.resume();
    return { ...input, ...(stdout ? { stdout: connection } : {}) };
  }
  const outputs = splitOutputs(connection);
  if (!stdout) outputs.stdout.resume();
  if (!stderr) outputs.stderr.resume();
  return { ...input, ...(stdout ? { stdout: outputs.stdout } : {}), ...(stderr ? { stderr: outputs.stderr } : {}) };
}

/** How the connection ended does not matter here: the exit code tells how the process fared. */
async function closed(connection: Duplex): Promise<void> {
  await finished(connection, { writable: false }).catch(() => undefined);
}

async function execExitCode(docker: DockerClient, execId: string): Promise<number | undefined> {
  for (const milliseconds of pollMilliseconds) {
    const { Running, ExitCode } = inspectedExecForm.parse(await docker.json('GET', `/exec/${execId}/json`));
    if (!Running && ExitCode !== undefined) return ExitCode;
    // The output ends a moment before the engine has taken note of the end.
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  }
  return undefined;
}

async function killExec(docker: DockerClient, execId: string): Promise<void> {
  const { Running, Pid } = inspectedExecForm.parse(await docker.json('GET', `/exec/${execId}/json`));
  if (!Running || Pid === 0) return;
  try {
    process.kill(Pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
