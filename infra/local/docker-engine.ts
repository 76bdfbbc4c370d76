import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { engineVersion } from './docker-api.ts';
import { startEngineProcess } from './engine-process.ts';
import { logFile } from './instance.ts';
import type { Instance } from './instance.ts';
import { StepError } from './progress.ts';
import { runLogged } from './run-logged.ts';
import { dockerPackages, ensurePackages, isRoot } from './system-packages.ts';
import type { SystemPackage } from './system-packages.ts';

/** The machine's own Docker Engine: used as it is when somebody runs it, else started by us. */
const defaultSocket = '/var/run/docker.sock';
const defaultPidFiles = ['/var/run/docker.pid', '/var/run/docker/containerd/containerd.pid'];

export function dockerSocket(): string {
  const host = process.env.DOCKER_HOST;
  return host?.startsWith('unix://') ? host.slice('unix://'.length) : defaultSocket;
}

/** What an engine on the usual socket needs, when there is none yet; an engine at another place is somebody else's. */
export function packagesForEngine(): SystemPackage[] {
  return existsSync(dockerSocket()) || dockerSocket() !== defaultSocket ? [] : dockerPackages;
}

/** Makes sure that a Docker Engine answers, starting one if none does and we may. Answers its version. */
export async function ensureEngine(instance: Instance): Promise<string> {
  const socket = dockerSocket();
  try {
    return `Engine ${await engineVersion(socket)} on ${socket}`;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EACCES') {
      throw new StepError(`${socket} is closed to this user`, {
        remedy: `run as root, or: sudo usermod -aG docker ${userInfo().username} and log in again`,
      });
    }
    if (code !== 'ENOENT' && code !== 'ECONNREFUSED') throw error;
  }
  if (socket !== defaultSocket)
    throw new StepError(`no Docker Engine on ${socket}, which DOCKER_HOST names`, { remedy: 'start it, or unset DOCKER_HOST' });
  if (!isRoot()) {
    const start = 'sudo systemctl start docker (without systemd: sudo dockerd &)';
    throw new StepError(`no Docker Engine answers on ${socket}`, { remedy: `start it: ${start}` });
  }
  await ensurePackages(instance, dockerPackages);
  await startEngine(instance);
  return `started Engine ${await engineVersion(socket)}`;
}

async function startEngine(instance: Instance): Promise<void> {
  const log = logFile(instance, 'dockerd');
  if (existsSync('/run/systemd/system')) return runLogged('systemctl', ['start', 'docker'], { log, remedy: 'journalctl -u docker' });
  await startEngineProcess({
    socket: defaultSocket,
    log,
    identityFile: engineFile(instance),
    pidFiles: defaultPidFiles,
    args: [],
    prefix: [],
  });
}

/** The file that names the engine which we started; its absence says that it is not ours to stop. */
export function engineFile(instance: Instance): string {
  return join(instance.runDirectory, 'dockerd.pid.json');
}
