import { descriptors } from '@kajitori/controllers';
import { featureNames, type Results } from './features.ts';
import type { Resource } from './resources.ts';

/** What is true of a resource after the run. */
export interface Row {
  resource: Resource;
  results: Results;
}

/** Kinds that controllers of Kubernetes, or of its add-ons, act on, by the name of the controller that does or would here. */
const actors: Readonly<Record<string, string>> = {
  '/v1/replicationcontrollers': 'replication-controller',
  '/v1/persistentvolumeclaims': 'persistent-volume',
  '/v1/persistentvolumes': 'persistent-volume',
  'apps/v1/daemonsets': 'daemon-set',
  'apps/v1/deployments': 'deployment',
  'apps/v1/replicasets': 'replica-set',
  'apps/v1/statefulsets': 'stateful-set',
  'autoscaling/v1/horizontalpodautoscalers': 'horizontal-pod-autoscaler',
  'autoscaling/v2/horizontalpodautoscalers': 'horizontal-pod-autoscaler',
  'batch/v1/cronjobs': 'cron-job',
  'batch/v1/jobs': 'job',
  'networking.k8s.io/v1/ingresses': 'ingress',
  'networking.k8s.io/v1/networkpolicies': 'network-policy',
  'networking.k8s.io/v1/servicecidrs': 'service-cidr',
  'policy/v1/poddisruptionbudgets': 'disruption',
  'resource.k8s.io/v1/resourceclaims': 'resource-claim',
  'storage.k8s.io/v1/volumeattachments': 'attach-detach',
};

/** What a client may meet that is otherwise in Kubernetes, beyond the table. */
const differences = [
  'Only versions that are stable in Kubernetes are served: no alpha or beta API.',
  'Whole numbers beyond 2⁵³ in fields of custom resources that their schema does not know lose digits; where it knows an integer, they are refused.',
  '`/openapi/v3` is written as JSON alone, with descriptions of our own. A server behind an APIService that describes itself only in version 2 has no entry in it.',
  'At a cluster’s address there are no `/metrics`, `/logs` and `/debug`, and its health is one check, `ping`.',
];

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
    '## What differs otherwise',
    '',
    ...differences.map((one) => `- ${one}`),
    '',
  ].join('\n');
}

function nameOf({ group, version, plural }: Resource): string {
  return `${plural} ${group === '' ? version : `${group}/${version}`}`;
}

function noteOf({ key }: Resource): string {
  const actor = actors[key];
  return actor === undefined || descriptors.some(({ name }) => name === actor) ? '' : 'stored and served; no controller acts on it yet';
}
