import { type FieldError, forbiddenField, invalid, matchesLabels, notSupported, required, selectorOf } from '@kajitori/apimachinery';
import type { LabelSelector } from '../meta/label-selector.ts';
import { isEmptySelector, validateAnnotations, validateLabels, validateLabelSelector } from '../meta/validate-labels.ts';
import type { PodTemplateSpec } from './pod/pod-spec.ts';
import { validatePodSpec } from './pod/validation/pod-spec.ts';

export function validatePodTemplate(template: PodTemplateSpec, field: string): FieldError[] {
  const ephemeral =
    (template.spec.ephemeralContainers ?? []).length > 0
      ? [forbiddenField(`${field}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')]
      : [];
  return [
    ...validateLabels(template.metadata?.labels, `${field}.metadata.labels`),
    ...validateAnnotations(template.metadata?.annotations, `${field}.metadata.annotations`),
    ...validatePodSpec(template.spec, `${field}.spec`),
    ...ephemeral,
  ];
}

/** The selector of a workload takes its own pods and no others: it is there, not empty, and matches the template. */
export function validateSelectorOfTemplate(
  selector: LabelSelector | undefined,
  template: PodTemplateSpec,
  field: string,
  kind: string,
): FieldError[] {
  if (selector === undefined) return [required(`${field}.selector`)];
  const wrong = validateLabelSelector(selector, `${field}.selector`);
  if (isEmptySelector(selector)) return [...wrong, invalid(`${field}.selector`, selector, `empty selector is invalid for ${kind}`)];
  if (wrong.length > 0) return wrong;
  return matchesLabels(selectorOf(selector) ?? [], template.metadata?.labels)
    ? []
    : [invalid(`${field}.template.metadata.labels`, template.metadata?.labels ?? null, '`selector` does not match template `labels`')];
}

/** Pods that are replaced when they end: they may not end by themselves. */
export function validateLongRunning({ spec }: PodTemplateSpec, field: string, kind: string): FieldError[] {
  return [
    ...(spec.restartPolicy === 'Always' ? [] : [notSupported(`${field}.spec.restartPolicy`, spec.restartPolicy, ['Always'])]),
    ...(spec.activeDeadlineSeconds === undefined
      ? []
      : [forbiddenField(`${field}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${kind} is not Supported`)]),
  ];
}
