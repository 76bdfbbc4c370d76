import { descriptors } from '@kajitori/controllers';
import { featureNames, type Results } from './features.ts';
import type { Resource } from './resources.ts';

/** What is true of a resource after the run. */
export interface Row {
  resource: Resource;
  results: Results;
}

/** Kinds that controllers of Kubernetes, or of its add-ons, act on. */
const actedOn = new Set([
  '/v1/replicationcontrollers',
  '/v1/persistentvolumeclaims',
  '/v1/persistentvolumes',
  'apps/v1/daemonsets',
  'apps/v1/deployments',
  'apps/v1/replicasets',
  'apps/v1/statefulsets',
  'autoscaling/v1/horizontalpodautoscalers',
  'autoscaling/v2/horizontalpodautoscalers',
  'batch/v1/cronjobs',
  'batch/v1/jobs',
  'networking.k8s.io/v1/ingresses',
  'networking.k8s.io/v1/networkpolicies',
  'networking.k8s.io/v1/servicecidrs',
  'policy/v1/poddisruptionbudgets',
  'resource.k8s.io/v1/resourceclaims',
  'storage.k8s.io/v1/volumeattachments',
]);

const short: Record<string, string> = { 'dry run': 'dry', 'json patch': 'json', 'merge patch': 'merge', 'strategic patch': 'strat' };

/** The page docs/compatibility.md, whole. */
export function compatibilityPage(
  stored: readonly Row[],
  asked: readonly { resource: Resource; passed: boolean }[],
  kubernetes: string,
): string {
  const heads = featureNames.map((name) => short[name] ?? name);
  const lines = stored.map(({ resource, results }) => {
    const cells = featureNames.map((name) => (results[name] === undefined ? '–' : results[name] === true ? '✓' : '✗'));
    return `| ${nameOf(resource)} | ${cells.join(' | ')} | ${noteOf(resource)} |`;
  });
  return [
    '# Compatibility',
    '',
    `What works of the Kubernetes API (${kubernetes}), resource by resource. This page is written by a run of`,
    '`packages/e2e/src/compatibility`, which tries every cell on a running cluster; a run that finds it out of date fails.',
    'Write it anew with `KAJITORI_WRITE_COMPATIBILITY=1 npx vitest run --project e2e packages/e2e/src/compatibility`.',
    '',
    '- **strict**: an unknown field is refused with `fieldValidation=Strict`. **dry**: a dry run answers and keeps nothing.',
    '- **create, get, list, update, apply, delete, watch** go through the JavaScript client library. **conflict**: a stale',
    '  `resourceVersion` is refused. **json, merge, strat**: the three patches. **apply**: server-side apply, with owners and removal.',
    '- **table, metadata, yaml, protobuf**: representations; YAML and protobuf are sent back as well.',
    '- **explain**: OpenAPI v3 describes the kind. **collection**: deletion by selector.',
    '- ✓ works, ✗ does not, – the resource does not have it.',
    '',
    `| Resource | ${heads.join(' | ')} | |`,
    `| --- | ${heads.map(() => '---').join(' | ')} | --- |`,
    ...lines,
    '',
    '## Answered, never stored',
    '',
    '| Resource | answers |',
    '| --- | --- |',
    ...asked.map(({ resource, passed }) => `| ${nameOf(resource)} | ${passed ? '✓' : '✗'} |`),
    '',
  ].join('\n');
}

function nameOf({ group, version, plural }: Resource): string {
  return `${plural} ${group === '' ? version : `${group}/${version}`}`;
}

function noteOf({ group, version, plural, key }: Resource): string {
  const watchers = descriptors.filter(({ watches }) =>
    watches.some(({ kind }) => kind.group === group && kind.version === version && kind.plural === plural),
  );
  return actedOn.has(key) && watchers.length === 0 ? 'stored and served; no controller acts on it yet' : '';
}
