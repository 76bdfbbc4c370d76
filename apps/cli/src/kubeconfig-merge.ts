import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { CliError } from './cli-error.ts';

const named = z.looseObject({ name: z.string() });
const contextForm = z.looseObject({ name: z.string(), context: z.looseObject({ cluster: z.string(), user: z.string() }) });
const clusterForm = z.looseObject({ name: z.string(), cluster: z.looseObject({ server: z.string() }) });
const listOf = <Item extends z.ZodType>(item: Item) => z.array(item).nullish();

/** As kubectl writes it; whatever else is in the file stays. */
const kubeconfigForm = z.looseObject({
  clusters: listOf(z.looseObject({ name: z.string(), cluster: z.looseObject({ server: z.string().optional() }).nullish() })),
  users: listOf(named),
  contexts: listOf(z.looseObject({ name: z.string() })),
  'current-context': z.string().nullish(),
});

const issuedForm = z.looseObject({ clusters: z.tuple([clusterForm]), users: z.tuple([named]), contexts: z.tuple([contextForm]) });

/**
 * Adds an issued kubeconfig to an existing one and makes its context current. Entries of the same names are replaced when
 * they lead to the same server; when a name is another server's, the new entries take `suffix` behind theirs. Pure.
 * @throws CliError when the existing text is no kubeconfig.
 */
export function mergeKubeconfig(existing: string, issued: string, suffix: string): { text: string; context: string } {
  const target = readExisting(existing);
  const source = issuedForm.parse(parse(issued));
  const [[cluster], [user], [context]] = [source.clusters, source.users, source.contexts];
  const other = target.clusters?.find(({ name }) => name === cluster.name)?.cluster?.server;
  const rename = (name: string): string => (other === undefined || other === cluster.cluster.server ? name : `${name}_${suffix}`);
  const name = rename(context.name);
  const merged = {
    apiVersion: 'v1',
    kind: 'Config',
    ...target,
    clusters: replace(target.clusters, { ...cluster, name: rename(cluster.name) }),
    users: replace(target.users, { ...user, name: rename(user.name) }),
    contexts: replace(target.contexts, { name, context: { ...context.context, cluster: rename(cluster.name), user: rename(user.name) } }),
    'current-context': name,
  };
  return { text: stringify(merged), context: name };
}

function readExisting(text: string): z.infer<typeof kubeconfigForm> {
  try {
    return kubeconfigForm.parse(parse(text) ?? {});
  } catch (error) {
    throw new CliError('the existing kubeconfig cannot be understood', 'Mend it, or write to another file with --file.', error);
  }
}

function replace<Item extends { name: string }>(items: readonly Item[] | null | undefined, item: Item): Item[] {
  return [...(items ?? []).filter(({ name }) => name !== item.name), item];
}
