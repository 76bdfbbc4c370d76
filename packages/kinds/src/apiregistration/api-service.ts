import { type FieldError, invalid, pathSegmentError, required } from '@kajitori/apimachinery';
import { boolean, bytes, int32, list, object, ref, string, type Infer } from '@kajitori/schema';
import { standardVerbs, type Kind } from '../kind.ts';
import { keepStatus } from '../meta/status-split.ts';
import { Time } from '../meta/time.ts';
import { topLevel } from '../meta/top-level.ts';
import { ageColumn, nameColumn, textColumn } from '../meta/columns.ts';

export const APIService = topLevel('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService', {
  spec: ref(2, () => APIServiceSpec).always(),
  status: ref(3, () => APIServiceStatus).byValue(),
});
export type APIService = Infer<typeof APIService>;

export const APIServiceSpec = object('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec', {
  service: ref(1, () => APIServiceReference),
  group: string(2),
  version: string(3),
  insecureSkipTLSVerify: boolean(4),
  caBundle: bytes(5).atomic(),
  groupPriorityMinimum: int32(7).required(),
  versionPriority: int32(8).required(),
});
export type APIServiceSpec = Infer<typeof APIServiceSpec>;

export const APIServiceStatus = object('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus', {
  conditions: list(1, () => APIServiceCondition)
    .mapBy('type')
    .patch('merge', 'type'),
});
export type APIServiceStatus = Infer<typeof APIServiceStatus>;

export const APIServiceCondition = object('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceCondition', {
  type: string(1).required(),
  status: string(2).required(),
  lastTransitionTime: ref(3, () => Time),
  reason: string(4),
  message: string(5),
});
export type APIServiceCondition = Infer<typeof APIServiceCondition>;

export const APIServiceReference = object('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference', {
  namespace: string(1),
  name: string(2),
  port: int32(3).keepsZero().default(443),
});
export type APIServiceReference = Infer<typeof APIServiceReference>;

function availableCell({ status }: APIService): string {
  const available = status?.conditions?.find(({ type }) => type === 'Available');
  if (available === undefined) return 'Unknown';
  return available.status === 'True' ? 'True' : `${available.status} (${available.reason ?? ''})`;
}

function validateApiService({ metadata, spec }: APIService): FieldError[] {
  const { version = '', group = '', groupPriorityMinimum, versionPriority } = spec;
  const name = `${version}.${group}`;
  const errors: FieldError[] =
    metadata.name === name ? [] : [invalid('metadata.name', metadata.name, `must be \`spec.version+"."+spec.group\`: "${name}"`)];
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > 20_000)
    errors.push(invalid('spec.groupPriorityMinimum', groupPriorityMinimum, 'must be positive and less than 20000'));
  if (versionPriority <= 0 || versionPriority > 1000)
    errors.push(invalid('spec.versionPriority', versionPriority, 'must be positive and less than 1000'));
  return [...errors, ...(spec.service === undefined ? localErrors(spec) : remoteErrors(spec, spec.service))];
}

function localErrors({ caBundle, insecureSkipTLSVerify }: APIServiceSpec): FieldError[] {
  return [
    ...((caBundle ?? '') === ''
      ? []
      : [invalid('spec.caBundle', `${caBundle?.length ?? 0} bytes`, 'local APIServices may not have a caBundle')]),
    ...(insecureSkipTLSVerify === true
      ? [invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify')]
      : []),
  ];
}

function remoteErrors(
  { caBundle, insecureSkipTLSVerify }: APIServiceSpec,
  { namespace = '', name = '', port = 443 }: APIServiceReference,
): FieldError[] {
  return [
    ...(namespace === '' ? [required('spec.service.namespace')] : []),
    ...(name === '' ? [required('spec.service.name')] : []),
    ...(port < 1 || port > 65_535 ? [invalid('spec.service.port', port, 'port is not valid: must be between 1 and 65535, inclusive')] : []),
    ...(insecureSkipTLSVerify === true && (caBundle ?? '') !== ''
      ? [invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present')]
      : []),
  ];
}

/** What is said of an API that the API server serves by itself. */
export const locallyAvailable = { type: 'Available', status: 'True', reason: 'Local', message: 'Local APIServices are always available' };

/** What this API server serves by itself is available from the start. */
function prepareForCreate(draft: APIService): void {
  draft.status = {};
  const { creationTimestamp } = draft.metadata;
  if (draft.spec.service !== undefined) return;
  draft.status = {
    conditions: [{ ...locallyAvailable, ...(creationTimestamp === undefined ? {} : { lastTransitionTime: creationTimestamp }) }],
  };
}

export const apiServices: Kind<APIService> = {
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  plural: 'apiservices',
  singular: 'apiservice',
  categories: ['api-extensions'],
  namespaced: false,
  schema: APIService,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    status: { kind: 'apiregistration.k8s.io/v1/APIService', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: pathSegmentError,
    generation: false,
    prepareForCreate,
    prepareForUpdate: keepStatus,
    validate: validateApiService,
    allowUnconditionalUpdate: false,
  },
  columns: [
    nameColumn,
    textColumn('Service', 'Who serves it.', ({ spec }) =>
      spec.service === undefined ? 'Local' : `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}`,
    ),
    textColumn('Available', 'Whether it can be reached.', availableCell),
    ageColumn,
  ],
};
