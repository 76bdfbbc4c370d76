import { fieldErrorsText, forbidden, invalidObject, type KubeObject } from '@kajitori/apimachinery';
import { everyContainer, type Kind, type Namespace, namespaces, type Pod, pods, type PodTemplateSpec } from '@kajitori/kinds';
import {
  type CheckedPod,
  existingPodWarnings,
  type LevelVersion,
  levelVersionText,
  podSecurityLevels,
  type PodSecurityPolicy,
  podSecurityPolicyOf,
  podSecurityViolations,
  violationDetails,
} from '@kajitori/policies';
import { type Call, groupResourceOf } from '../call.ts';
import { toItem } from '../registry/stored.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import type { PolicySource } from './policy-source.ts';

/** Subresources of a pod that do not bring a pod. */
const otherSubresources: ReadonlySet<string> = new Set(['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status']);
/** Pods that are looked at when a namespace asks for more than before. */
const existingPodsMax = 3_000;

type Template = (object: KubeObject) => PodTemplateSpec | undefined;
const ofSpec: Template = ({ spec }) => (spec as { template?: PodTemplateSpec } | undefined)?.template;

/** Where kinds that make pods keep what they make them from, by `GROUP/PLURAL`. */
const templates: ReadonlyMap<string, Template> = new Map<string, Template>([
  ['/replicationcontrollers', ofSpec],
  ['/podtemplates', ({ template }) => template as PodTemplateSpec | undefined],
  ['apps/replicasets', ofSpec],
  ['apps/deployments', ofSpec],
  ['apps/statefulsets', ofSpec],
  ['apps/daemonsets', ofSpec],
  ['batch/jobs', ofSpec],
  [
    'batch/cronjobs',
    ({ spec }) => (spec as { jobTemplate?: { spec?: { template?: PodTemplateSpec } } } | undefined)?.jobTemplate?.spec?.template,
  ],
]);

/**
 * The Pod Security Standards, by the labels of namespaces: refuses pods (`enforce`), and warns of pods and of templates that would make
 * such pods (`warn`), and notes what it found for the audit log (`audit`). Nobody is exempt.
 */
export function podSecurity(policies: PolicySource): AdmissionPlugin {
  return {
    name: 'PodSecurity',

    handles(request) {
      const { call, operation } = request;
      if (operation !== 'CREATE' && operation !== 'UPDATE') return false;
      if (call.kind === (pods as unknown)) return !otherSubresources.has(call.subresource);
      return call.subresource === '' && (call.kind === (namespaces as unknown) || templates.has(nameOf(call.kind)));
    },

    async validate(request) {
      const { call, object, old } = request;
      if (object === undefined) return;
      if (call.kind === (namespaces as unknown)) return checkNamespace(call, object as Namespace, old as Namespace | undefined);
      const asked = await policyFor(policies, call);
      if (call.kind !== (pods as unknown)) return checkTemplate(call, asked, templates.get(nameOf(call.kind))?.(object));
      if (isOpen(asked, 'enforce', 'audit', 'warn')) return note(call, 'enforce-policy', 'privileged:latest');
      if (old === undefined || changesWhatMatters(object as Pod, old as Pod)) checkPod(request, asked, object as Pod);
    },
  };
}

function nameOf({ group, plural }: Pick<Kind, 'group' | 'plural'>): string {
  return `${group}/${plural}`;
}

type AskedPolicy = ReturnType<typeof podSecurityPolicyOf>;

function isOpen({ policy, errors }: AskedPolicy, ...modes: readonly (keyof PodSecurityPolicy)[]): boolean {
  return errors.length === 0 && modes.every((mode) => policy[mode].level === 'privileged');
}

async function policyFor(policies: PolicySource, call: Call): Promise<AskedPolicy> {
  const namespace = await policies.one(call, namespaces, call.namespace);
  return podSecurityPolicyOf(namespace?.metadata.labels);
}

function note({ auditAnnotations }: Call, key: string, value: string): void {
  auditAnnotations?.set(`pod-security.kubernetes.io/${key}`, value);
}

function checkPod({ call }: AdmissionRequest, asked: AskedPolicy, pod: Pod): void {
  const { enforce } = asked.policy;
  note(call, 'enforce-policy', levelVersionText(enforce));
  noteViolations(call, asked, pod);
  const violations = podSecurityViolations(enforce, pod);
  if (violations.length > 0) {
    const why = `violates PodSecurity "${levelVersionText(enforce)}": ${violationDetails(violations)}`;
    throw forbidden(groupResourceOf(call.kind), pod.metadata.name ?? '', why);
  }
  warn(call, asked, pod);
}

function checkTemplate(call: Call, asked: AskedPolicy, template: CheckedPod | undefined): void {
  if (template === undefined || isOpen(asked, 'audit', 'warn')) return;
  noteViolations(call, asked, template);
  warn(call, asked, template);
}

function noteViolations(call: Call, { policy, errors }: AskedPolicy, pod: CheckedPod): void {
  if (call.auditAnnotations === undefined) return;
  if (errors.length > 0) note(call, 'error', `Failed to parse policy: ${fieldErrorsText(errors)}`);
  const found = wouldViolate(policy.audit, pod);
  if (found !== undefined) note(call, 'audit-violations', found);
}

function warn(call: Call, { policy }: AskedPolicy, pod: CheckedPod): void {
  const found = wouldViolate(policy.warn, pod);
  if (found !== undefined) call.warnings.push(found);
}

function wouldViolate(level: LevelVersion, pod: CheckedPod): string | undefined {
  const violations = podSecurityViolations(level, pod);
  return violations.length === 0 ? undefined : `would violate PodSecurity "${levelVersionText(level)}": ${violationDetails(violations)}`;
}

/** What an update of a pod may change that a level looks at: images, seccomp annotations, and containers that are added. */
function changesWhatMatters(pod: Pod, old: Pod): boolean {
  const told = ({ metadata, spec }: Pod): string =>
    JSON.stringify([
      Object.entries(metadata.annotations ?? {})
        .filter(([key]) => key.includes('seccomp.security.alpha.kubernetes.io/'))
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
      everyContainer(spec).map(({ name, image }) => [name, image]),
    ]);
  return told(pod) !== told(old);
}

/** Labels must be readable where they are new, and pods that are there are named where they violate what is now enforced. */
async function checkNamespace(call: Call, namespace: Namespace, old: Namespace | undefined): Promise<void> {
  const name = namespace.metadata.name ?? '';
  const { policy, errors } = podSecurityPolicyOf(namespace.metadata.labels);
  const before = podSecurityPolicyOf(old?.metadata.labels);
  if (errors.length > 0 && JSON.stringify(errors) !== JSON.stringify(before.errors)) throw invalidObject(call.kind, name, errors);
  const [now, then] = [policy.enforce, before.policy.enforce];
  const stricter = now.minor !== then.minor || podSecurityLevels.indexOf(now.level) > podSecurityLevels.indexOf(then.level);
  if (old === undefined || now.level === 'privileged' || !stricter) return;
  const { objects, next } = await call.storage.list({ group: '', resource: 'pods', namespace: name, limit: existingPodsMax });
  const violating = objects.flatMap((stored) => {
    const pod = toItem(pods, stored).object as Pod;
    const violations = podSecurityViolations(now, pod);
    return violations.length === 0 ? [] : [{ name: stored.name, violations }];
  });
  if (next !== undefined) {
    call.warnings.push(`new PodSecurity enforce level only checked against the first ${existingPodsMax} existing pods`);
  }
  call.warnings.push(...existingPodWarnings(name, levelVersionText(now), violating));
}
