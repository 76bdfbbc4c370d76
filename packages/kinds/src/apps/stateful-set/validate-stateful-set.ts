import { type FieldError, forbiddenField, invalid, notSupported } from '@kajitori/apimachinery';
import { validateLongRunning, validatePodTemplate, validateSelectorOfTemplate } from '../../core/pod-template-validation.ts';
import { validateClaimSpec } from '../../core/persistent-volume-claim/validate-claim-spec.ts';
import { sameValue } from '../../meta/immutable.ts';
import { nonNegative } from '../../meta/numbers.ts';
import type { StatefulSet, StatefulSetSpec } from './stateful-set.ts';

export function validateStatefulSet({ spec }: StatefulSet): FieldError[] {
  const { updateStrategy, persistentVolumeClaimRetentionPolicy: retention } = spec;
  const errors: FieldError[] = [];
  if (updateStrategy?.type === 'OnDelete' && updateStrategy.rollingUpdate !== undefined) {
    errors.push(
      invalid('spec.updateStrategy.rollingUpdate', updateStrategy.rollingUpdate, "only allowed for updateStrategy 'RollingUpdate'"),
    );
  }
  errors.push(...nonNegative('spec.updateStrategy.rollingUpdate.partition', updateStrategy?.rollingUpdate?.partition));
  for (const key of ['whenDeleted', 'whenScaled'] as const) {
    const value = retention?.[key];
    if (value !== undefined && !['Delete', 'Retain'].includes(value))
      errors.push(notSupported(`spec.persistentVolumeClaimRetentionPolicy.${key}`, value, ['Delete', 'Retain']));
  }
  return [
    ...errors,
    ...nonNegative('spec.replicas', spec.replicas),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...nonNegative('spec.ordinals.start', spec.ordinals?.start),
    ...validateSelectorOfTemplate(spec.selector, spec.template, 'spec', 'statefulset'),
    ...validatePodTemplate(spec.template, 'spec.template'),
    ...validateLongRunning(spec.template, 'spec.template', 'StatefulSet'),
    ...(spec.volumeClaimTemplates ?? []).flatMap((claim, index) =>
      validateClaimSpec(claim.spec, `spec.volumeClaimTemplates[${index}].spec`),
    ),
  ];
}

const mutable = [
  'replicas',
  'template',
  'updateStrategy',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
  'ordinals',
  'revisionHistoryLimit',
] as const;

/** Identity and storage of the pods are fixed; what runs in them may change. */
export function validateStatefulSetUpdate(set: StatefulSet, old: StatefulSet): FieldError[] {
  const fixed = (spec: StatefulSetSpec): object =>
    Object.fromEntries(Object.entries(spec).filter(([key, value]) => value !== undefined && !(mutable as readonly string[]).includes(key)));
  if (sameValue(fixed(set.spec), fixed(old.spec))) return [];
  return [
    forbiddenField(
      'spec',
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ),
  ];
}
