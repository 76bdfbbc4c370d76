import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { newClusterId } from '@kajitori/apimachinery';
import { openPostgresStorage } from '@kajitori/storage';
import { startTestInstance } from '@kajitori/testing';
import type { TestInstanceOptions } from '@kajitori/testing';
import { openInstanceAccounts } from '../local/accounts.ts';
import { instanceOf, readSettings } from '../local/instance.ts';
import type { Instance, Settings } from '../local/instance.ts';
import { readCredentials } from '../local/kubernetes-access.ts';
import { endpointsOf } from '../local/process-specs.ts';
import { LoadClient } from './load.ts';
import type { Target } from './load.ts';

/** An instance of its own for a group of measurements. */
export interface BenchInstance extends AsyncDisposable {
  instance: Instance;
  settings: Settings;
  /** The first cluster's Kubernetes API. */
  kubernetes: Target;
  /** Its id. */
  cluster: string;
  /** The REST API. */
  management: Target;
  /** Starts the bare server beside it, over the same database but another cluster; it ends with the instance. */
  bareServer: () => Promise<Target>;
}

export async function startBenchInstance(options: TestInstanceOptions = {}): Promise<BenchInstance> {
  const owns = new AsyncDisposableStack();
  const test = owns.use(await startTestInstance(options));
  const instance = instanceOf(process.cwd(), test.stateDirectory);
  const settings = readSettings(instance);
  if (!settings) throw new Error('the instance has no settings');
  const { certificateAuthority, address, apiKey } = test;
  const { server, token } = readCredentials(instance);
  using management = new LoadClient({ url: address, token: apiKey, certificateAuthority }, 1);
  const { items } = JSON.parse((await management.send({ method: 'GET', path: '/v1/clusters' })).toString()) as { items: { id: string }[] };
  return {
    instance,
    settings,
    cluster: items[0]?.id ?? '',
    kubernetes: { url: server, token, certificateAuthority },
    management: { url: address, token: apiKey, certificateAuthority },
    bareServer: () => startBareServer(instance, settings, { certificateAuthority, owns }),
    [Symbol.asyncDispose]: () => owns.disposeAsync(),
  };
}

async function startBareServer(
  instance: Instance,
  settings: Settings,
  { certificateAuthority, owns }: { certificateAuthority: string; owns: AsyncDisposableStack },
): Promise<Target> {
  const { databaseUrl } = endpointsOf(settings);
  const cluster = newClusterId();
  await using storage = openPostgresStorage({ url: databaseUrl });
  await storage.clusters.create(cluster);
  await using accounts = await openInstanceAccounts(instance, settings);
  const { cert, key } = await accounts.certificates.servingCertificate(['127.0.0.1']);
  const env = { ...process.env, DATABASE_URL: databaseUrl, CLUSTER: cluster, CERTIFICATE: cert, PRIVATE_KEY: key, NODE_ENV: 'production' };
  const child = spawn(process.execPath, ['infra/bench/bare/bare-server.ts'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  owns.defer(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: `https://127.0.0.1:${port.toString().trim()}`, certificateAuthority };
}
