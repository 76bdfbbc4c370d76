import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesAccess } from '../../local/kubernetes-access.ts';
import type { WriteLedger } from './write-ledger.ts';

/** An outside client that writes ConfigMaps one after the other and notes in the ledger what was acknowledged. */
const objectsPerWriter = 25;
const pauseMilliseconds = 20;

export async function write(
  access: KubernetesAccess,
  ledger: WriteLedger,
  options: { writer: number; namespace: string; signal: AbortSignal },
): Promise<void> {
  const { writer, namespace, signal } = options;
  const known = new Set<string>();
  for (let turn = 0; !signal.aborted; turn += 1) {
    const name = `ledger-${writer}-${turn % objectsPerWriter}`;
    const value = ledger.attempt(name);
    // The outcome of a failed call is not known: the next turn patches if the object came to be, creates if not.
    const acknowledged = await put(access, { namespace, name, value, exists: known.has(name) }).catch(() => 'unknown' as const);
    if (acknowledged === 'written') {
      ledger.acknowledge(name, value);
      known.add(name);
    } else if (acknowledged === 'exists') known.add(name);
    await sleep(pauseMilliseconds);
  }
}

/** What the cluster holds of all writers' objects. */
export async function readLedger(access: KubernetesAccess, namespace: string): Promise<Map<string, number>> {
  const { items } = (await access.get(`/api/v1/namespaces/${namespace}/configmaps`)) as { items: ConfigMap[] };
  const ours = items.filter(({ metadata }) => metadata.name.startsWith('ledger-'));
  return new Map(ours.map(({ metadata, data }) => [metadata.name, Number(data?.value ?? 0)]));
}

interface ConfigMap {
  metadata: { name: string };
  data?: Record<string, string>;
}

interface Put {
  namespace: string;
  name: string;
  value: number;
  exists: boolean;
}

async function put(access: KubernetesAccess, { namespace, name, value, exists }: Put): Promise<'written' | 'exists' | 'refused'> {
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const data = { value: String(value) };
  const { status } = exists
    ? await access.call({ method: 'PATCH', path: `${path}/${name}`, body: { data }, contentType: 'application/merge-patch+json' })
    : await access.call({ method: 'POST', path, body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data } });
  if (status === 200 || status === 201) return 'written';
  return status === 409 && !exists ? 'exists' : 'refused';
}
