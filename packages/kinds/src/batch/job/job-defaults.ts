import { defaultPodSpec } from '../../core/pod/pod-defaults.ts';
import type { Job, JobSpec } from './job.ts';

const backoffLimitDefault = 6;
const int32Max = 2_147_483_647;

/** `batch/v1.SetDefaults_Job`. */
export function defaultJob({ metadata, spec }: Job): void {
  const { labels } = spec.template.metadata ?? {};
  if (labels !== undefined && Object.keys(labels).length > 0 && Object.keys(metadata.labels ?? {}).length === 0)
    metadata.labels = { ...labels };
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  // With a limit for each index, the whole job has none.
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? backoffLimitDefault : int32Max;
  spec.manualSelector ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
  defaultJobTemplate(spec);
}

/** What a CronJob's template gets already: its pods' defaults, not the job's own. */
export function defaultJobTemplate(spec: JobSpec): void {
  for (const rule of spec.podFailurePolicy?.rules ?? []) for (const pattern of rule.onPodConditions ?? []) pattern.status ??= 'True';
  defaultPodSpec(spec.template.spec);
}

export const jobLabels = {
  controllerUid: 'batch.kubernetes.io/controller-uid',
  jobName: 'batch.kubernetes.io/job-name',
  legacyControllerUid: 'controller-uid',
  legacyJobName: 'job-name',
} as const;

/** The labels by which a job knows its pods, unless it was told to choose its own. They need the uid, so they come last. */
export function generateSelector({ metadata, spec }: Job): void {
  if (spec.manualSelector === true) return;
  const { uid = '', name = '' } = metadata;
  const generated = {
    [jobLabels.controllerUid]: uid,
    [jobLabels.jobName]: name,
    [jobLabels.legacyControllerUid]: uid,
    [jobLabels.legacyJobName]: name,
  };
  // Labels that are there already stay; validation says when they are wrong.
  spec.template.metadata = { ...spec.template.metadata, labels: { ...generated, ...spec.template.metadata?.labels } };
  spec.selector = { ...spec.selector, matchLabels: { [jobLabels.controllerUid]: uid, ...spec.selector?.matchLabels } };
}
