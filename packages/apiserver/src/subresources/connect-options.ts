import type { KubeObject } from '@kajitori/apimachinery';
import { queryFlag } from '@kajitori/streams';
import type { Call } from '../call.ts';

type OptionsReader = (query: URLSearchParams, path: string) => Record<string, unknown>;

const attached: OptionsReader = (query) => ({
  ...flags(query, ['stdin', 'stdout', 'stderr', 'tty']),
  ...texts(query, 'container'),
});

/** What admission sees of a connection: its options, by the kind that the subresource takes. */
const readers: Readonly<Record<string, OptionsReader>> = {
  PodExecOptions: (query) => ({ ...attached(query, ''), command: query.getAll('command') }),
  PodAttachOptions: attached,
  PodPortForwardOptions: (query) => {
    const ports = query.getAll('ports').flatMap((text) => text.split(',').map(Number));
    return ports.length === 0 ? {} : { ports };
  },
  PodProxyOptions: proxied,
  ServiceProxyOptions: proxied,
  NodeProxyOptions: proxied,
};

/** The options of a connection as an object, which has no metadata. `path` is that behind `proxy`. */
export function connectOptions({ kind, subresource }: Call, query: URLSearchParams, path = ''): KubeObject {
  const name = kind.subresources?.[subresource]?.kind ?? '';
  const options = name.slice(name.lastIndexOf('/') + 1);
  return { kind: options, apiVersion: 'v1', ...readers[options]?.(query, path) } as unknown as KubeObject;
}

function proxied(_query: URLSearchParams, path: string): Record<string, unknown> {
  return path === '' ? {} : { path };
}

function flags(query: URLSearchParams, names: readonly string[]): Record<string, boolean> {
  return Object.fromEntries(names.filter((name) => queryFlag(query, name)).map((name) => [name, true]));
}

function texts(query: URLSearchParams, name: string): Record<string, string> {
  const value = query.get(name) ?? '';
  return value === '' ? {} : { [name]: value };
}
