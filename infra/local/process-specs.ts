import { join } from 'node:path';
import { postgresServer, postgresUrl, redisServer } from '@kajitori/servers';
import type { ServerCommand } from '@kajitori/servers';
import { appRole } from '@kajitori/storage';
import type { Instance, Settings } from './instance.ts';
import type { ProcessSpec } from './supervisor/supervised-process.ts';

/** Where the parts of an instance find each other. */
export interface Endpoints {
  /** As the owner of the tables. */
  ownerDatabaseUrl: string;
  /** As `kajitori_app`. */
  databaseUrl: string;
  redisUrl: string;
  publicUrl: string;
  gatewayUrl: string;
}

const stopLimitMilliseconds = 10_000;
/** The server processes, in the order in which they start. */
export const serverApps = ['api', 'gateway', 'worker'] as const;
export type ServerApp = (typeof serverApps)[number];

export function endpointsOf(settings: Settings, environment: NodeJS.ProcessEnv = process.env): Endpoints {
  const embedded = postgresUrl({ port: settings.postgresPort, password: settings.postgresOwnerPassword }, 'kajitori');
  const ownerDatabaseUrl = environment.DATABASE_URL ?? embedded;
  const databaseUrl = new URL(ownerDatabaseUrl);
  databaseUrl.username = appRole;
  databaseUrl.password = settings.postgresAppPassword;
  return {
    ownerDatabaseUrl,
    databaseUrl: databaseUrl.href,
    redisUrl: environment.REDIS_URL ?? `redis://127.0.0.1:${settings.redisPort}`,
    publicUrl: `https://127.0.0.1:${settings.port}`,
    gatewayUrl: `wss://127.0.0.1:${settings.port + 1}`,
  };
}

export function postgresDirectory(settings: Settings): string {
  return join(settings.dataDirectory, 'postgres');
}

export async function postgresSpec(settings: Settings): Promise<ProcessSpec> {
  const { postgresPort: port, postgresOwnerPassword: password } = settings;
  return specOf('postgres', await postgresServer({ directory: postgresDirectory(settings), port, password }));
}

export function redisSpec(instance: Instance, settings: Settings): ProcessSpec {
  return specOf('redis', redisServer({ port: settings.redisPort, directory: instance.runDirectory }));
}

/** The bundle of a server app with its whole configuration. */
export function serverSpec(app: ServerApp, instance: Instance, settings: Settings): ProcessSpec {
  const endpoints = endpointsOf(settings);
  const listens = {
    api: { LISTEN_HOST: '0.0.0.0', LISTEN_PORT: String(settings.port) },
    gateway: { LISTEN_HOST: '0.0.0.0', LISTEN_PORT: String(settings.port + 1) },
    worker: { LISTEN_HOST: '127.0.0.1', LISTEN_PORT: String(settings.workerPort) },
  };
  return bundleSpec(app, app, instance, {
    DATABASE_URL: endpoints.databaseUrl,
    REDIS_URL: endpoints.redisUrl,
    ...(process.env.STREAMS_REDIS_URL ? { STREAMS_REDIS_URL: process.env.STREAMS_REDIS_URL } : {}),
    MASTER_KEY_FILE: instance.masterKeyFile,
    PUBLIC_URL: endpoints.publicUrl,
    GATEWAY_URL: endpoints.gatewayUrl,
    AGENT_BUNDLE_DIR: instance.bundlesDirectory,
    // Whoever starts this owns the machine: a webhook may run on it.
    EGRESS_ADDRESSES: 'private',
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'info',
    ...listens[app],
  });
}

/** BUNDLE.js under this Node as the process NAME. */
export function bundleSpec(
  name: string,
  bundle: string,
  instance: Instance,
  env: Record<string, string>,
  args: string[] = [],
): ProcessSpec {
  return {
    name,
    command: process.execPath,
    args: [join(instance.bundlesDirectory, `${bundle}.js`), ...args],
    env: { ...usualEnvironment(instance), ...env },
    stopSignal: 'SIGTERM',
    stopLimitMilliseconds,
  };
}

/**
 * How glibc keeps memory (mallopt(3)): two heaps a process rather than eight a core, whose free ends go back to the machine, and large
 * blocks as mappings of their own. Left to itself it raises both thresholds with the first large block that is freed, and a process keeps
 * what it needed at its height.
 */
const memoryReturns = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_TRIM_THRESHOLD_: String(1024 * 1024),
  MALLOC_MMAP_THRESHOLD_: String(128 * 1024),
};

/** Only this and what a process is told reaches it. What V8 compiled once is kept, so that it starts again sooner. */
function usualEnvironment(instance: Instance): Record<string, string> {
  const { PATH = '', HOME = '/' } = process.env;
  return { PATH, HOME, NODE_COMPILE_CACHE: join(instance.directory, 'cache'), ...memoryReturns };
}

function specOf(name: string, server: ServerCommand): ProcessSpec {
  const { command, args, env, stopSignal } = server;
  return { name, command, args, env: { PATH: process.env.PATH ?? '', ...env }, stopSignal, stopLimitMilliseconds };
}
