import { conditionOf, isConditionTrue, withCondition } from '@kajitori/apimachinery';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionStatus,
} from './custom-resource-definition.ts';

/** Of a definition's deletion: its instances go first. */
export const customResourceCleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/**
 * The status of a definition beside the others of its group: which names it may have, and whether it is served. A name once accepted stays
 * accepted, and what is established stays established. Rule: Kubernetes' naming and establishing controllers.
 */
export function definitionStatus(
  definition: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  now: Date,
): CustomResourceDefinitionStatus {
  const status = definition.status ?? {};
  const { acceptedNames, accepted } = judgedNames(definition, others);
  let conditions = withCondition<CustomResourceDefinitionCondition>(status.conditions, accepted, now);
  if (!isConditionTrue(conditions, 'Established')) {
    const established =
      accepted.status === 'True'
        ? { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' }
        : { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
    conditions = withCondition(conditions, established, now);
  }
  const approval = approvalCondition(definition);
  if (approval !== undefined) conditions = withCondition(conditions, approval, now);
  return { ...status, acceptedNames, conditions };
}

export function isEstablished({ status }: CustomResourceDefinition): boolean {
  return isConditionTrue(status?.conditions, 'Established');
}

interface Judged {
  acceptedNames: CustomResourceDefinitionNames;
  accepted: CustomResourceDefinitionCondition;
}

function judgedNames({ metadata, spec, status }: CustomResourceDefinition, others: readonly CustomResourceDefinition[]): Judged {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const other of others) {
    const names = other.status?.acceptedNames;
    if (names === undefined || other.metadata.name === metadata.name || other.spec.group !== spec.group) continue;
    for (const name of [names.plural, names.singular, ...(names.shortNames ?? [])])
      if (name !== undefined && name !== '') resources.add(name);
    for (const name of [names.kind, names.listKind]) if (name !== undefined && name !== '') kinds.add(name);
  }
  const { names } = spec;
  const before = status?.acceptedNames;
  const conflicts: { reason: string; message: string }[] = [];
  const judge = (reason: string, wanted: string | undefined, had: string | undefined, taken: ReadonlySet<string>): string | undefined => {
    if (wanted === had || wanted === undefined || !taken.has(wanted)) return wanted;
    conflicts.push({ reason, message: `${JSON.stringify(wanted)} is already in use` });
    return had;
  };
  const plural = judge('PluralConflict', names.plural, before?.plural, resources);
  const singular = judge('SingularConflict', names.singular, before?.singular, resources);
  const shortNames = judgedShortNames(names.shortNames, before?.shortNames, resources, conflicts);
  const kind = judge('KindConflict', names.kind, before?.kind, kinds);
  const listKind = judge('ListKindConflict', names.listKind, before?.listKind, kinds);
  const last = conflicts.at(-1);
  return {
    acceptedNames: {
      plural: plural ?? '',
      ...(singular === undefined ? {} : { singular }),
      ...(shortNames === undefined ? {} : { shortNames }),
      kind: kind ?? '',
      ...(listKind === undefined ? {} : { listKind }),
      ...(names.categories === undefined ? {} : { categories: names.categories }),
    },
    accepted:
      last === undefined
        ? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
        : { type: 'NamesAccepted', status: 'False', ...last },
  };
}

/** All of them, or those of before. */
function judgedShortNames(
  wanted: string[] | undefined,
  had: string[] | undefined,
  taken: ReadonlySet<string>,
  conflicts: { reason: string; message: string }[],
): string[] | undefined {
  const conflicting = (wanted ?? []).filter((name) => taken.has(name) && had?.includes(name) !== true);
  if (conflicting.length === 0) return wanted;
  const said = conflicting.map((name) => `${JSON.stringify(name)} is already in use`);
  conflicts.push({ reason: 'ShortNamesConflict', message: said.length === 1 ? (said[0] ?? '') : `[${said.join(', ')}]` });
  return had;
}

const approvalAnnotation = 'api-approved.kubernetes.io';

/** Groups of the Kubernetes community: definitions in them must say who approved them. */
export function isProtectedGroup(group: string): boolean {
  return ['k8s.io', 'kubernetes.io'].some((domain) => group === domain || group.endsWith(`.${domain}`));
}

export type Approval = 'approved' | 'unapproved' | 'missing' | 'invalid';

export function approvalOf({ metadata }: Pick<CustomResourceDefinition, 'metadata'>): { state: Approval; message: string } {
  const value = metadata.annotations?.[approvalAnnotation];
  if (value === undefined || value === '') {
    return {
      state: 'missing',
      message: `protected groups must have approval annotation ${JSON.stringify(approvalAnnotation)}, see https://github.com/kubernetes/enhancements/pull/1111`,
    };
  }
  if (value.startsWith('unapproved')) return { state: 'unapproved', message: `not approved: ${JSON.stringify(value)}` };
  if (URL.canParse(value)) return { state: 'approved', message: `approved in ${value}` };
  return {
    state: 'invalid',
    message: `protected groups must have approval annotation ${JSON.stringify(approvalAnnotation)} with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111`,
  };
}

const approvalReasons: Readonly<Record<Approval, string>> = {
  approved: 'ApprovedAnnotation',
  unapproved: 'UnapprovedAnnotation',
  missing: 'MissingAnnotation',
  invalid: 'InvalidAnnotation',
};

function approvalCondition(definition: CustomResourceDefinition): CustomResourceDefinitionCondition | undefined {
  if (!isProtectedGroup(definition.spec.group)) return undefined;
  const { state, message } = approvalOf(definition);
  return {
    type: 'KubernetesAPIApprovalPolicyConformant',
    status: state === 'approved' ? 'True' : 'False',
    reason: approvalReasons[state],
    message,
  };
}

/** What a definition says once its deletion has begun. */
export function markTerminating(draft: CustomResourceDefinition): void {
  const { deletionTimestamp } = draft.metadata;
  const condition = terminating(
    'True',
    'InstanceDeletionPending',
    'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  );
  const now = new Date(deletionTimestamp ?? 0);
  draft.status = { ...draft.status, conditions: withCondition(draft.status?.conditions, condition, now) };
}

export function terminating(status: 'True' | 'False', reason: string, message: string): CustomResourceDefinitionCondition {
  return { type: 'Terminating', status, reason, message };
}

export function terminatingReason({ status }: CustomResourceDefinition): string | undefined {
  return conditionOf(status?.conditions, 'Terminating')?.reason;
}
