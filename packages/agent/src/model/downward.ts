import { parseQuantity } from '@kajitori/apimachinery';
import type { Container, ResourceFieldSelector } from '@kajitori/kinds';
import { ContainerConfigError } from './container-spec.ts';
import type { PodFacts } from './pod-objects.ts';

const subscript = /^metadata\.(labels|annotations)\['([^']+)'\]$/;

/** The text of a `fieldRef`. @throws ContainerConfigError for a path that the downward API does not have. */
export function fieldText(path: string, facts: PodFacts): string {
  const { metadata, spec } = facts.pod;
  const inMap = subscript.exec(path);
  if (inMap !== null) return metadata[inMap[1] as 'labels' | 'annotations']?.[inMap[2] ?? ''] ?? '';
  const read = fields[path];
  if (read === undefined) throw new ContainerConfigError(`unsupported fieldPath: ${path}`);
  return read({ ...facts, metadata, spec });
}

type Fields = PodFacts & Pick<PodFacts['pod'], 'metadata' | 'spec'>;

const fields: Readonly<Record<string, (facts: Fields) => string>> = {
  'metadata.name': ({ metadata }) => metadata.name,
  'metadata.namespace': ({ metadata }) => metadata.namespace,
  'metadata.uid': ({ metadata }) => metadata.uid,
  'metadata.labels': ({ metadata }) => mapText(metadata.labels),
  'metadata.annotations': ({ metadata }) => mapText(metadata.annotations),
  'spec.nodeName': ({ spec, nodeName }) => spec.nodeName ?? nodeName,
  'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName ?? '',
  'status.hostIP': ({ hostIps }) => hostIps[0] ?? '',
  'status.hostIPs': ({ hostIps }) => hostIps.join(','),
  'status.podIP': ({ podIps }) => podIps[0] ?? '',
  'status.podIPs': ({ podIps }) => podIps.join(','),
};

/** `key="value"` a line, sorted, as the downward API writes maps. */
function mapText(map: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join('\n');
}

/** The number that a `resourceFieldRef` stands for, rounded up to its divisor. @throws ContainerConfigError */
export function resourceText(
  { resource, divisor }: ResourceFieldSelector,
  container: Container,
  allocatable: PodFacts['allocatable'],
): string {
  const [kind = '', ...rest] = resource.split('.');
  const name = rest.join('.');
  if ((kind !== 'limits' && kind !== 'requests') || name === '')
    throw new ContainerConfigError(`unsupported container resource : ${resource}`);
  const { limits = {}, requests = {} } = container.resources ?? {};
  const value = kind === 'limits' ? (limits[name] ?? allocatable[name]) : requests[name];
  const amount = parseQuantity(value ?? '0')?.nanos ?? 0n;
  const wanted = divisor === undefined || divisor === '0' ? undefined : parseQuantity(divisor)?.nanos;
  const unit = wanted ?? 1_000_000_000n;
  return String((amount + unit - 1n) / unit);
}
