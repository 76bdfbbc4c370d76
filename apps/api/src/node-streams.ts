import { systemClock } from '@kajitori/apimachinery';
import type { ControlPlane } from '@kajitori/control-plane';
import { PostgresSessionDirectory, RoutedStreams } from '@kajitori/gateway';
import { readMasterKey } from '@kajitori/server-process';
import { type ClusterDialer, type NodeStreams, RelayPool, relayKey } from '@kajitori/streams';
import postgres from 'postgres';
import type { config as configType } from './config.ts';

/** Connections for finding the gateway that holds a node's session. */
const directoryConnectionsMax = 2;

/** The way from this process to pods: through the gateway instance that holds the node's session. */
export async function nodeStreams(
  config: typeof configType,
  { accounts }: ControlPlane,
  owns: AsyncDisposableStack,
): Promise<NodeStreams & ClusterDialer> {
  const sql = postgres(config.DATABASE_URL, { max: directoryConnectionsMax, idle_timeout: 30, onnotice: () => undefined });
  owns.defer(() => sql.end({ timeout: 1 }));
  const key = relayKey(readMasterKey(config.MASTER_KEY_FILE));
  const relays = owns.use(new RelayPool({ key, clock: systemClock, caCertificates: await accounts.certificates.servingAuthority() }));
  return new RoutedStreams({ remote: { directory: new PostgresSessionDirectory(sql), relays, instance: '' } });
}
