import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StartArguments } from './arguments.ts';
import { checkGivenUrls } from './given-stores.ts';
import { defaultPort, ensureMasterKey, masterKeyBytes, readSettings, writeSettings } from './instance.ts';
import type { Instance, Settings } from './instance.ts';
import { innerPorts, mustBeFree } from './ports.ts';
import { postgresDirectory } from './process-specs.ts';
import { step, StepError } from './progress.ts';
import { isRoot } from './system-packages.ts';

/**
 * What an instance is to be: what was chosen now, else earlier, else the default. Nothing of it is noted before it is known to be possible, and a start
 * never makes new keys for data that needs the old ones.
 */
export async function settle(instance: Instance, wanted: StartArguments): Promise<Settings> {
  let settings: Settings | undefined;
  await step('settings', { remedy: 'see npm start -- --help' }, async () => {
    checkGivenUrls();
    const earlier = readSettings(instance);
    settings = chosen(instance, wanted, earlier);
    if (settings.nodes > 1 && !isRoot()) {
      throw new StepError(`${settings.nodes} nodes need root: each has a Docker Engine and a network of its own`, {
        remedy: 'sudo npm start -- --nodes N, or one node: npm start -- --nodes 1',
      });
    }
    if (earlier) keepsItsData(earlier, settings);
    else if (existsSync(postgresDirectory(settings)) && !process.env.DATABASE_URL) throw lostSettings(instance, settings);
    await mustBeWritable(settings.dataDirectory);
    mustHaveMasterKey(instance, earlier);
    return settings.dataDirectory;
  });
  await step('ports', { remedy: 'npm start -- --port PORT' }, async () => {
    if (!settings) throw new Error('the settings were not settled');
    await mustBeFree(settings.port, 'api');
    await mustBeFree(settings.port + 1, 'gateway');
    Object.assign(settings, await innerPorts(settings.port + 2));
    return `api ${settings.port}, gateway ${settings.port + 1}`;
  });
  if (!settings) throw new Error('the settings were not settled');
  await writeSettings(instance, settings);
  await ensureMasterKey(instance);
  return settings;
}

function chosen(instance: Instance, wanted: StartArguments, earlier: Settings | undefined): Settings {
  const password = (): string => randomBytes(18).toString('base64url');
  return {
    port: wanted.port ?? earlier?.port ?? defaultPort,
    postgresPort: 0,
    redisPort: 0,
    workerPort: 0,
    nodes: wanted.nodes ?? earlier?.nodes ?? 1,
    dataDirectory: wanted.dataDirectory ?? earlier?.dataDirectory ?? join(instance.directory, 'data'),
    postgres: process.env.DATABASE_URL ? 'given' : 'own',
    postgresOwnerPassword: earlier?.postgresOwnerPassword ?? password(),
    postgresAppPassword: earlier?.postgresAppPassword ?? password(),
    firstUserPassword: earlier?.firstUserPassword ?? password(),
  };
}

/** @throws StepError when the instance would look for its clusters where they are not. */
function keepsItsData(earlier: Settings, settings: Settings): void {
  if (earlier.postgres === 'given' && settings.postgres === 'own') {
    throw new StepError('this instance keeps its data in the Postgres that DATABASE_URL named, and DATABASE_URL is not set', {
      remedy: 'set it again; for another instance beside this one, set KAJITORI_STATE_DIR',
    });
  }
  const before = postgresDirectory(earlier);
  if (earlier.postgres !== 'given' && existsSync(before)) {
    if (settings.postgres === 'given') {
      throw new StepError(`this instance keeps its data in a Postgres of its own, in ${before}, and DATABASE_URL names another`, {
        remedy: 'unset DATABASE_URL; for another instance beside this one, set KAJITORI_STATE_DIR',
      });
    }
    if (earlier.dataDirectory !== settings.dataDirectory && !existsSync(postgresDirectory(settings))) {
      throw new StepError(`the data lies in ${earlier.dataDirectory}, and nothing is in ${settings.dataDirectory}`, {
        remedy: `move it first: npm stop -- --all && mv ${earlier.dataDirectory} ${settings.dataDirectory}`,
      });
    }
  }
}

function lostSettings(instance: Instance, settings: Settings): StepError {
  return new StepError(
    `${settings.dataDirectory} holds a database, but its passwords are gone with ${join(instance.directory, 'settings.json')}`,
    {
      remedy: `put settings.json back from a copy; or, to lose all clusters and begin anew: rm -rf ${settings.dataDirectory}`,
    },
  );
}

async function mustBeWritable(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
  } catch (cause) {
    throw new StepError(`nothing can be written to ${directory}`, {
      cause,
      remedy: 'make it writable for this user, or choose another place: npm start -- --data-dir PATH',
    });
  }
}

function mustHaveMasterKey(instance: Instance, earlier: Settings | undefined): void {
  const file = instance.masterKeyFile;
  const bytes = statSync(file, { throwIfNoEntry: false })?.size;
  if (bytes === masterKeyBytes || (bytes === undefined && earlier === undefined)) return;
  throw new StepError(bytes === undefined ? `${file} is gone` : `${file} has ${bytes} bytes instead of ${masterKeyBytes}`, {
    remedy: `put it back from a copy: without it the Secrets and keys of all clusters are lost; to begin anew: npm stop -- --all && rm -rf ${instance.directory}`,
  });
}
