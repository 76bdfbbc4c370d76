import type { Accounts } from '@kajitori/accounts';
import { systemClock } from '@kajitori/apimachinery';
import { PostgresSessionDirectory, RoutedStreams } from '@kajitori/gateway';
import { type ClusterDialer, type NodeStreams, RelayPool, relayKey } from '@kajitori/streams';
import postgres from 'postgres';

/** Connections for finding the gateway that holds a node's session. */
const directoryConnectionsMax = 2;

export interface NodeStreamsOptions {
  databaseUrl: string;
  masterKey: Uint8Array;
  certificates: Accounts['certificates'];
  owns: AsyncDisposableStack;
}

/** The way from this process to pods: through the gateway instance that holds the node's session. Nothing is connected before the first use. */
export function openNodeStreams({ databaseUrl, masterKey, certificates, owns }: NodeStreamsOptions): NodeStreams & ClusterDialer {
  const sql = postgres(databaseUrl, { max: directoryConnectionsMax, idle_timeout: 15, onnotice: () => undefined });
  owns.defer(() => sql.end({ timeout: 1 }));
  const relays = owns.use(
    new RelayPool({ key: relayKey(masterKey), clock: systemClock, caCertificates: () => certificates.servingAuthority() }),
  );
  return new RoutedStreams({ remote: { directory: new PostgresSessionDirectory(sql), relays, instance: '' } });
}
