import { boolean, int32, int64, list, object, ref, string, type Infer } from '@kajitori/schema';
import { PodTemplateSpec } from '../../core/pod/pod-spec.ts';
import { LabelSelector } from '../../meta/label-selector.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { Time } from '../../meta/time.ts';
import { topLevel } from '../../meta/top-level.ts';

export const Job = topLevel('io.k8s.api.batch.v1.Job', {
  spec: ref(2, () => JobSpec).always(),
  status: ref(3, () => JobStatus).byValue(),
});
export type Job = Infer<typeof Job>;

export const JobSpec = object('io.k8s.api.batch.v1.JobSpec', {
  parallelism: int32(1).keepsZero(),
  completions: int32(2).keepsZero(),
  activeDeadlineSeconds: int64(3).keepsZero(),
  selector: ref(4, () => LabelSelector),
  manualSelector: boolean(5).keepsZero(),
  template: ref(6, () => PodTemplateSpec)
    .required()
    .always(),
  backoffLimit: int32(7).keepsZero(),
  ttlSecondsAfterFinished: int32(8).keepsZero(),
  completionMode: string(9).keepsZero().enum('NonIndexed', 'Indexed').default('NonIndexed'),
  suspend: boolean(10).keepsZero().default(false),
  podFailurePolicy: ref(11, () => PodFailurePolicy),
  backoffLimitPerIndex: int32(12).keepsZero(),
  maxFailedIndexes: int32(13).keepsZero(),
  podReplacementPolicy: string(14).keepsZero().enum('TerminatingOrFailed', 'Failed'),
  managedBy: string(15).keepsZero(),
  successPolicy: ref(16, () => SuccessPolicy),
});
export type JobSpec = Infer<typeof JobSpec>;

export const JobStatus = object('io.k8s.api.batch.v1.JobStatus', {
  conditions: list(1, () => JobCondition)
    .atomic()
    .patch('merge', 'type'),
  startTime: ref(2, () => Time),
  completionTime: ref(3, () => Time),
  active: int32(4),
  succeeded: int32(5),
  failed: int32(6),
  completedIndexes: string(7),
  uncountedTerminatedPods: ref(8, () => UncountedTerminatedPods),
  ready: int32(9).keepsZero(),
  failedIndexes: string(10).keepsZero(),
  terminating: int32(11).keepsZero(),
});
export type JobStatus = Infer<typeof JobStatus>;

export const JobCondition = object('io.k8s.api.batch.v1.JobCondition', {
  type: string(1).required(),
  status: string(2).required(),
  lastProbeTime: ref(3, () => Time),
  lastTransitionTime: ref(4, () => Time),
  reason: string(5),
  message: string(6),
});
export type JobCondition = Infer<typeof JobCondition>;

export const JobTemplateSpec = object('io.k8s.api.batch.v1.JobTemplateSpec', {
  metadata: ref(1, () => ObjectMeta).byValue(),
  spec: ref(2, () => JobSpec).always(),
});
export type JobTemplateSpec = Infer<typeof JobTemplateSpec>;

export const PodFailurePolicy = object('io.k8s.api.batch.v1.PodFailurePolicy', {
  rules: list(1, () => PodFailurePolicyRule)
    .required()
    .atomic(),
});
export type PodFailurePolicy = Infer<typeof PodFailurePolicy>;

export const PodFailurePolicyRule = object('io.k8s.api.batch.v1.PodFailurePolicyRule', {
  action: string(1).required(),
  onExitCodes: ref(2, () => PodFailurePolicyOnExitCodesRequirement),
  onPodConditions: list(3, () => PodFailurePolicyOnPodConditionsPattern).atomic(),
});
export type PodFailurePolicyRule = Infer<typeof PodFailurePolicyRule>;

export const PodFailurePolicyOnExitCodesRequirement = object('io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement', {
  containerName: string(1).keepsZero(),
  operator: string(2).required(),
  values: list(3, int32()).required().set(),
});
export type PodFailurePolicyOnExitCodesRequirement = Infer<typeof PodFailurePolicyOnExitCodesRequirement>;

export const PodFailurePolicyOnPodConditionsPattern = object('io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern', {
  type: string(1).required(),
  status: string(2).keepsZero(),
});
export type PodFailurePolicyOnPodConditionsPattern = Infer<typeof PodFailurePolicyOnPodConditionsPattern>;

export const SuccessPolicy = object('io.k8s.api.batch.v1.SuccessPolicy', {
  rules: list(1, () => SuccessPolicyRule)
    .required()
    .atomic(),
});
export type SuccessPolicy = Infer<typeof SuccessPolicy>;

export const SuccessPolicyRule = object('io.k8s.api.batch.v1.SuccessPolicyRule', {
  succeededIndexes: string(1).keepsZero(),
  succeededCount: int32(2).keepsZero(),
});
export type SuccessPolicyRule = Infer<typeof SuccessPolicyRule>;

export const UncountedTerminatedPods = object('io.k8s.api.batch.v1.UncountedTerminatedPods', {
  succeeded: list(1, string()).set(),
  failed: list(2, string()).set(),
});
export type UncountedTerminatedPods = Infer<typeof UncountedTerminatedPods>;
