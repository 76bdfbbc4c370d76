import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { StepError } from './progress.ts';

/**
 * Owns: where an instance of the product keeps its things on this machine, and what was chosen for it once.
 * Invariant: settings and secrets are made once and never change by themselves, so that a later start finds the data.
 */
export interface Instance {
  /** The checkout. */
  readonly root: string;
  /** `.kajitori` of the checkout, unless KAJITORI_STATE_DIR names another. */
  readonly directory: string;
  readonly kubeconfigFile: string;
  /** Holds the base URL of `/v1`. */
  readonly addressFile: string;
  readonly apiKeyFile: string;
  readonly masterKeyFile: string;
  readonly caFile: string;
  /** What this instance runs: a later build for another purpose changes nothing of it. */
  readonly bundlesDirectory: string;
  readonly logsDirectory: string;
  /** Pid files of the supervisor, its processes and the engines. */
  readonly runDirectory: string;
}

export interface Settings {
  /** Of the api; the gateway has the next one. */
  port: number;
  postgresPort: number;
  redisPort: number;
  /** Of the worker's health and metrics, on loopback. */
  workerPort: number;
  /** Agents on this machine. */
  nodes: number;
  dataDirectory: string;
  /** Whether Postgres is the embedded one or the one that DATABASE_URL names. Absent in settings that are older: the embedded one. */
  postgres?: 'own' | 'given';
  postgresOwnerPassword: string;
  postgresAppPassword: string;
  /** Of the first user, whom `firstUserEmail` names. */
  firstUserPassword: string;
}

export const firstUserEmail = 'admin@kajitori.example';

export const defaultPort = 6443;

export function instanceOf(root = process.cwd(), directory = process.env.KAJITORI_STATE_DIR ?? join(root, '.kajitori')): Instance {
  const at = (name: string): string => join(resolve(directory), name);
  return {
    root,
    directory: resolve(directory),
    kubeconfigFile: at('kubeconfig'),
    addressFile: at('address'),
    apiKeyFile: at('api-key'),
    masterKeyFile: at('master.key'),
    caFile: at('ca.crt'),
    bundlesDirectory: at('bundles'),
    logsDirectory: at('logs'),
    runDirectory: at('run'),
  };
}

export async function makeDirectories(instance: Instance): Promise<void> {
  await mkdir(instance.directory, { recursive: true });
  await mkdir(instance.logsDirectory, { recursive: true });
  await mkdir(instance.runDirectory, { recursive: true, mode: 0o700 });
}

/** What was chosen at an earlier start; undefined before the first. */
export function readSettings(instance: Instance): Settings | undefined {
  const file = settingsFile(instance);
  if (!existsSync(file)) return undefined;
  try {
    const settings = JSON.parse(readFileSync(file, 'utf8')) as Settings;
    for (const name of ['port', 'nodes'] as const) if (!Number.isInteger(settings[name])) throw new Error(`no ${name}`);
    for (const name of ['dataDirectory', 'postgresOwnerPassword', 'postgresAppPassword', 'firstUserPassword'] as const)
      if (!settings[name]) throw new Error(`no ${name}`);
    return settings;
  } catch (cause) {
    const remedy = 'put it back from a copy: it holds the passwords of the database; or begin anew without what the clusters hold: rm -rf';
    throw new StepError(`${file} is damaged`, { cause, remedy: `${remedy} ${instance.directory}` });
  }
}

export async function writeSettings(instance: Instance, settings: Settings): Promise<void> {
  await writeSecret(settingsFile(instance), `${JSON.stringify(settings, null, 2)}\n`);
}

export const masterKeyBytes = 32;

/** The key that wraps the clusters' keys: made once; without it the data cannot be read. */
export async function ensureMasterKey(instance: Instance): Promise<void> {
  if (!existsSync(instance.masterKeyFile)) await writeSecret(instance.masterKeyFile, randomBytes(masterKeyBytes));
}

/** Replaces the file at once; only its owner may read it. */
export async function writeSecret(file: string, content: string | Uint8Array): Promise<void> {
  const fresh = `${file}.new`;
  await writeFile(fresh, content, { mode: 0o600 });
  await chmod(fresh, 0o600);
  await rename(fresh, file);
}

export function logFile(instance: Instance, name: string): string {
  return join(instance.logsDirectory, `${name}.log`);
}

function settingsFile(instance: Instance): string {
  return join(instance.directory, 'settings.json');
}
