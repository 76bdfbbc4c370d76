import { type GroupVersionKind, type KubeObject, parseApiVersion } from '@kajitori/apimachinery';
import type { UserInfo } from '@kajitori/client';
import type { Kind } from '@kajitori/kinds';
import { scaleOf, withScale } from '../../subresources/scale.ts';
import type { AdmissionOperation, AdmissionRequest } from '../admission.ts';

/** A request as webhooks and policies see it: the objects of its subresource, in the version that it came in. */
export interface Attributes {
  readonly operation: AdmissionOperation;
  readonly resource: GroupVersionResource;
  readonly subresource: string;
  /** Of `object`; of what lies there for a deletion. */
  readonly kind: GroupVersionKind;
  /** Empty for what is not namespaced; a Namespace's own name for a Namespace. */
  readonly namespace: string;
  readonly name: string;
  readonly object: KubeObject | undefined;
  readonly oldObject: KubeObject | undefined;
  readonly options: KubeObject;
  readonly dryRun: boolean;
  readonly user: UserInfo;
}

export interface GroupVersionResource {
  group: string;
  version: string;
  resource: string;
}

/** What webhooks and policies are never asked about: their own configuration, so that none can lock itself in. */
const exemptResources = new Set([
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
  'mutatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'validatingwebhookconfigurations',
]);

/** Whether a policy may have a say: not about reviews, without whose answers nobody could do anything. */
export function isForPolicies(request: AdmissionRequest): boolean {
  const { group, stored } = request.call.kind;
  return isDynamic(request) && (stored || !reviewGroups.has(group));
}

const reviewGroups = new Set(['authentication.k8s.io', 'authorization.k8s.io']);

/** Whether code of the tenant may have a say. Bindings and evictions were asked about as what they are, before the pod is touched. */
export function isDynamic({ call, operation }: AdmissionRequest): boolean {
  const { kind, subresource } = call;
  if (kind.group === 'admissionregistration.k8s.io' && exemptResources.has(kind.plural)) return false;
  if (operation === 'UPDATE') return subresource !== 'binding' && kind.kind !== 'Binding';
  return operation !== 'DELETE' || subresource !== 'eviction';
}

export function attributesOf(request: AdmissionRequest): Attributes {
  const { call, operation, old } = request;
  const { kind, subresource, namespace, name, user, dryRun } = call;
  const object = viewed(request, request.object);
  const own = object ?? viewed(request, old);
  return {
    operation,
    resource: { group: kind.group, version: kind.version, resource: kind.plural },
    subresource,
    kind: gvkOf(own) ?? kind,
    namespace: isNamespace(kind) && subresource === '' ? (own?.metadata?.name ?? name) : kind.namespaced ? namespace : '',
    name: name === '' ? (own?.metadata?.name ?? '') : name,
    object,
    oldObject: operation === 'UPDATE' || operation === 'DELETE' ? viewed(request, old) : undefined,
    options: optionsOf(request),
    dryRun,
    user,
  };
}

export function isNamespace({ group, plural }: Pick<Kind, 'group' | 'plural'>): boolean {
  return group === '' && plural === 'namespaces';
}

/** Puts what a webhook or policy made of the request's object where the registry goes on with it. */
export function replaceObject({ call, object: draft }: AdmissionRequest, changed: KubeObject): void {
  if (draft === undefined) return;
  const whole = call.subresource === 'scale' ? withScale(call.kind, structuredClone(draft), changed) : changed;
  for (const field of Object.keys(draft)) if (!Object.hasOwn(whole, field)) delete draft[field];
  Object.assign(draft, whole);
}

/** Everybody sees the Scale of a workload where its scale is written. */
function viewed({ call }: AdmissionRequest, object: KubeObject | undefined): KubeObject | undefined {
  return object !== undefined && call.subresource === 'scale' && object.kind !== 'Scale' ? scaleOf(call.kind, object) : object;
}

function gvkOf(object: KubeObject | undefined): GroupVersionKind | undefined {
  const gv = object === undefined ? undefined : parseApiVersion(object.apiVersion ?? '');
  return gv === undefined || object === undefined ? undefined : { ...gv, kind: object.kind };
}

const optionsKinds = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' } as const;

/** The options of the request; those of a connection are its object. */
function optionsOf({ call, operation, object, deleteOptions }: AdmissionRequest): KubeObject {
  if (operation === 'CONNECT') return object ?? ({ kind: '', apiVersion: '' } as KubeObject);
  return {
    kind: optionsKinds[operation],
    apiVersion: 'meta.k8s.io/v1',
    ...(call.dryRun ? { dryRun: ['All'] } : {}),
    ...(operation === 'DELETE' || call.fieldManager === '' ? {} : { fieldManager: call.fieldManager }),
    ...deleteOptions,
  } as unknown as KubeObject;
}
