import { isDeepStrictEqual } from 'node:util';
import { forbidden, type KubeObject } from '@kajitori/apimachinery';
import { nodeNameOf } from '@kajitori/authorization';
import { leases, type Node, nodes, type Pod, pods } from '@kajitori/kinds';
import { groupResourceOf } from '../call.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';

const mirrorAnnotation = 'kubernetes.io/config.mirror';
/** Labels below kubernetes.io and k8s.io that a node may say of itself. */
const ownLabels: ReadonlySet<string> = new Set([
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.kubernetes.io/region',
  'failure-domain.kubernetes.io/zone',
  'kubernetes.io/arch',
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'node.kubernetes.io/instance-type',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]);
const ownLabelDomains = ['kubelet.kubernetes.io', 'node.kubernetes.io'];

/** A node may only write the pods that are bound to it, and of its own Node and Lease what does not draw other pods to it. */
export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  handles: ({ call }) => nodeNameOf(call.user) !== undefined,
  validate(request) {
    const { call } = request;
    const node = nodeNameOf(call.user) ?? '';
    const why = refusal(request, node);
    const name = (request.object ?? request.old)?.metadata?.name ?? call.name;
    if (why !== undefined) throw forbidden(groupResourceOf(call.kind), name, why);
  },
};

function refusal(request: AdmissionRequest, node: string): string | undefined {
  const kind = request.call.kind as unknown;
  if (kind === pods) return podRefusal(request, node);
  if (kind === nodes) return nodeRefusal(request, node);
  return kind === leases ? leaseRefusal(request, node) : undefined;
}

function podRefusal({ call: { subresource }, operation, object, old }: AdmissionRequest, node: string): string | undefined {
  if (operation === 'CONNECT') return undefined;
  const said = `node ${JSON.stringify(node)} can only`;
  if (subresource === 'eviction')
    return old === undefined || isOn(old, node) ? undefined : `${said} evict pods with spec.nodeName set to itself`;
  if (subresource === '' && operation === 'CREATE') return mirrorRefusal(object as Pod, node);
  if (operation === 'DELETE') return isOn(old, node) ? undefined : `${said} delete pods with spec.nodeName set to itself`;
  if (subresource !== 'status')
    return `unexpected pod subresource ${JSON.stringify(subresource)}, only 'status' and 'eviction' are allowed`;
  if (!isOn(old, node) || !isOn(object, node)) return `${said} update pod status for pods with spec.nodeName set to itself`;
  const changed = changedLabels(object, old);
  return changed.length === 0 ? undefined : `node ${JSON.stringify(node)} cannot update labels through pod status`;
}

/** A mirror shows a pod that the node runs by itself: it stands for nothing of the API. */
function mirrorRefusal({ metadata, spec }: Pod, node: string): string | undefined {
  const name = JSON.stringify(node);
  if (metadata.annotations?.[mirrorAnnotation] === undefined) {
    return `pod does not have ${JSON.stringify(mirrorAnnotation)} annotation, node ${name} can only create mirror pods`;
  }
  if (spec.nodeName !== node) return `node ${name} can only create pods with spec.nodeName set to itself`;
  const owners = metadata.ownerReferences ?? [];
  const [owner] = owners;
  if (owners.length !== 1 || owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node) {
    return `node ${name} can only create pods with an owner reference set to itself`;
  }
  if ((spec.serviceAccountName ?? '') !== '') return `node ${name} can not create pods that reference a service account`;
  const sources = [
    ['secret', 'secrets'],
    ['configMap', 'configmaps'],
    ['persistentVolumeClaim', 'persistentvolumeclaims'],
  ] as const;
  const used = sources.find(([source]) => spec.volumes?.some((volume) => volume[source] !== undefined) === true);
  return used === undefined ? undefined : `node ${name} can not create pods that reference ${used[1]}`;
}

function isOn(pod: KubeObject | undefined, node: string): boolean {
  return (pod as Pod | undefined)?.spec.nodeName === node;
}

function nodeRefusal({ call, operation, object, old }: AdmissionRequest, own: string): string | undefined {
  const name = JSON.stringify(own);
  const target = (object ?? old)?.metadata.name ?? call.name;
  if (target !== own) return `node ${name} is not allowed to modify node ${JSON.stringify(target)}`;
  const [node, before] = [object as Node | undefined, old as Node | undefined];
  if (node === undefined) return undefined;
  const labels = changedLabels(node, before)
    .filter((key) => !mayLabel(key))
    .sort();
  const isCreation = operation === 'CREATE';
  if (node.spec?.configSource !== undefined && differs(node.spec.configSource, before?.spec?.configSource)) {
    return isCreation
      ? `node ${name} is not allowed to create pods with a non-nil configSource`
      : `node ${name} is not allowed to update configSource to a new non-nil configSource`;
  }
  if (labels.length > 0)
    return `node ${name} is not allowed to ${isCreation ? 'set the following labels' : 'modify labels'}: ${labels.join(', ')}`;
  if (isCreation) return undefined;
  if (differs(node.spec?.taints ?? [], before?.spec?.taints ?? [])) return `node ${name} is not allowed to modify taints`;
  const [owners, owned] = [node.metadata.ownerReferences ?? [], before?.metadata.ownerReferences ?? []];
  return differs(owners, owned) ? `node ${name} is not allowed to modify ownerReferences` : undefined;
}

function leaseRefusal({ call, object }: AdmissionRequest, node: string): string | undefined {
  if (call.namespace !== 'kube-node-lease') return 'can only access leases in the "kube-node-lease" system namespace';
  const name = object?.metadata.name ?? call.name;
  return name === node ? undefined : 'can only access node lease with the same name as the requesting node';
}

function changedLabels(object: KubeObject | undefined, old: KubeObject | undefined): string[] {
  const [now, then] = [object?.metadata.labels ?? {}, old?.metadata.labels ?? {}];
  return [...new Set([...Object.keys(now), ...Object.keys(then)])].filter((key) => now[key] !== then[key]);
}

/** Labels below kubernetes.io draw system pods, and those of node-restriction.kubernetes.io are promised to be set by others. */
function mayLabel(key: string): boolean {
  const domain = key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
  const isBelow = (parent: string): boolean => domain === parent || domain.endsWith(`.${parent}`);
  if (isBelow('node-restriction.kubernetes.io')) return false;
  if (!isBelow('kubernetes.io') && !isBelow('k8s.io')) return true;
  return ownLabels.has(key) || ownLabelDomains.some(isBelow);
}

/** As JSON: fields in another order, or undefined ones of a caller in this process, make no difference. */
function differs(a: unknown, b: unknown): boolean {
  const [one, other] = [a, b].map((value): unknown => JSON.parse(JSON.stringify(value ?? null)));
  return !isDeepStrictEqual(one, other);
}
