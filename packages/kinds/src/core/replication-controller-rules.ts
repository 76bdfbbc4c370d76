import { type FieldError, invalid, required } from '@kajitori/apimachinery';
import { nonNegative } from '../meta/numbers.ts';
import { validateReplicaCounts } from '../meta/replica-counts.ts';
import { defaultPodSpec } from './pod/pod-defaults.ts';
import { validateLongRunning, validatePodTemplate } from './pod-template-validation.ts';
import type { ReplicationController } from './replication-controller.ts';

/** The selector and the labels of a controller are those of its template, unless said otherwise. */
export function defaultReplicationController({ metadata, spec }: ReplicationController): void {
  if (spec.template === undefined) return;
  const { labels } = spec.template.metadata ?? {};
  if (labels !== undefined) {
    if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
    if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
  }
  defaultPodSpec(spec.template.spec);
}

export function validateReplicationController({ spec }: ReplicationController): FieldError[] {
  const errors = [...nonNegative('spec.replicas', spec.replicas), ...nonNegative('spec.minReadySeconds', spec.minReadySeconds)];
  const selector = Object.entries(spec.selector ?? {});
  if (selector.length === 0) errors.push(required('spec.selector'));
  if (spec.template === undefined) return [...errors, required('spec.template')];
  const labels = spec.template.metadata?.labels ?? {};
  if (!selector.every(([key, value]) => labels[key] === value)) {
    errors.push(invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  }
  return [
    ...errors,
    ...validatePodTemplate(spec.template, 'spec.template'),
    ...validateLongRunning(spec.template, 'spec.template', 'ReplicationController'),
  ];
}

export const validateReplicationControllerStatus: (controller: ReplicationController) => FieldError[] = validateReplicaCounts;
