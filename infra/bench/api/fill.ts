import type { LoadClient } from '../load.ts';

/** Makes a namespace with so many objects; `body` is given each one's number, from 1. */
export async function fill(
  client: LoadClient,
  {
    namespace,
    resource,
    count,
    body,
    clients,
  }: { namespace: string; resource: string; count: number; body: (number: number) => object; clients: number },
): Promise<void> {
  const made = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await client.send({ method: 'POST', path: '/api/v1/namespaces', body: JSON.stringify(made) });
  const account = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
  // Pods run as it; a controller makes it.
  for (let tries = 0; !(await isThere(client, account)) && tries < 1_000; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  let next = 1;
  const one = async (): Promise<void> => {
    while (next <= count)
      await client.send({ method: 'POST', path: `/api/v1/namespaces/${namespace}/${resource}`, body: JSON.stringify(body(next++)) });
  };
  await Promise.all(Array.from({ length: clients }, one));
}

function isThere(client: LoadClient, path: string): Promise<boolean> {
  return client.send({ method: 'GET', path }).then(
    () => true,
    () => false,
  );
}

export function configMap(name: string, bytes: number): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value: 'x'.repeat(bytes) } };
}
