import { readFile } from 'node:fs/promises';
import { openAccounts } from '@kajitori/accounts';
import type { Accounts } from '@kajitori/accounts';
import { systemOverlay } from '@kajitori/control-plane';
import { clusterRows } from '@kajitori/storage';
import type { Instance, Settings } from './instance.ts';
import { endpointsOf } from './process-specs.ts';

/** The accounts of an instance, as its servers open them; the caller disposes of them. */
export async function openInstanceAccounts(instance: Instance, settings: Settings): Promise<Accounts> {
  const { databaseUrl, publicUrl } = endpointsOf(settings);
  return openAccounts({
    databaseUrl,
    masterKey: new Uint8Array(await readFile(instance.masterKeyFile)),
    publicUrl,
    endpoints: { type: 'local', port: settings.port },
    clusterRows: clusterRows({ overlayVersion: systemOverlay.newest }),
    maxConnections: 2,
  });
}
