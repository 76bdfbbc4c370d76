import { boolean, int32, int64, list, object, ref, string, type Infer } from '@kajitori/schema';
import { PodTemplateSpec } from '../../core/pod/pod-spec.ts';
import { LabelSelector } from '../../meta/label-selector.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { Time } from '../../meta/time.ts';
import { topLevel } from '../../meta/top-level.ts';

export const Job = topLevel(
  'io.k8s.api.batch.v1.Job',
  {
    spec: ref(2, () => JobSpec)
      .always()
      .describe('What is to be done.'),
    status: ref(3, () => JobStatus)
      .byValue()
      .describe('How far it is.'),
  },
  { description: 'Runs pods until enough of them have succeeded.' },
);
export type Job = Infer<typeof Job>;

export const JobSpec = object('io.k8s.api.batch.v1.JobSpec', {
  parallelism: int32(1).keepsZero().describe('How many pods may run at once.'),
  completions: int32(2)
    .keepsZero()
    .describe('How many pods must succeed. Without a number, the pods decide among themselves, and one success ends the job.'),
  activeDeadlineSeconds: int64(3).keepsZero().describe('How long the job may take, from its start, before it fails.'),
  selector: ref(4, () => LabelSelector).describe('Labels by which it knows its pods; made by the server.'),
  manualSelector: boolean(5)
    .keepsZero()
    .describe("Whether labels and selector are the author's own. Then nobody guards against two jobs with the same."),
  template: ref(6, () => PodTemplateSpec)
    .required()
    .always()
    .describe('What each pod is made from. Its restart policy is Never or OnFailure.'),
  backoffLimit: int32(7).keepsZero().describe('How many failures are tried again before the job fails.'),
  ttlSecondsAfterFinished: int32(8).keepsZero().describe('How long the job is kept once it is over; for ever when nothing is said.'),
  completionMode: string(9)
    .keepsZero()
    .enum('NonIndexed', 'Indexed')
    .default('NonIndexed')
    .describe('NonIndexed counts successes; Indexed gives each pod a number, and each number must succeed once.'),
  suspend: boolean(10).keepsZero().default(false).describe('Whether the job waits; its pods are ended, and started again later.'),
  podFailurePolicy: ref(11, () => PodFailurePolicy).describe('Which failures end the job, and which do not count.'),
  backoffLimitPerIndex: int32(12).keepsZero().describe('How many failures of one index are tried again.'),
  maxFailedIndexes: int32(13).keepsZero().describe('How many indexes may fail before the job does.'),
  podReplacementPolicy: string(14)
    .keepsZero()
    .enum('TerminatingOrFailed', 'Failed')
    .describe('Whether a pod is replaced when it begins to end (TerminatingOrFailed) or when it has failed (Failed).'),
  managedBy: string(15).keepsZero().describe('Controller that runs the job, when it is not the usual one.'),
  successPolicy: ref(16, () => SuccessPolicy).describe('When an Indexed job counts as done before all indexes have succeeded.'),
});
export type JobSpec = Infer<typeof JobSpec>;

export const JobStatus = object('io.k8s.api.batch.v1.JobStatus', {
  conditions: list(1, () => JobCondition)
    .atomic()
    .patch('merge', 'type')
    .describe('Whether the job is complete, failed or suspended.'),
  startTime: ref(2, () => Time).describe('When the job was started, or last resumed.'),
  completionTime: ref(3, () => Time).describe('When the job succeeded.'),
  active: int32(4).describe('Pods that run or wait to run.'),
  succeeded: int32(5).describe('Pods that succeeded.'),
  failed: int32(6).describe('Pods that failed.'),
  completedIndexes: string(7).describe('Indexes that succeeded, as ranges.'),
  uncountedTerminatedPods: ref(8, () => UncountedTerminatedPods).describe('Pods that ended and are not counted yet.'),
  ready: int32(9).keepsZero().describe('Pods that are ready.'),
  failedIndexes: string(10).keepsZero().describe('Indexes that failed, as ranges.'),
  terminating: int32(11).keepsZero().describe('Pods that are going away.'),
});
export type JobStatus = Infer<typeof JobStatus>;

export const JobCondition = object('io.k8s.api.batch.v1.JobCondition', {
  type: string(1).required().describe('What is judged: Complete, Failed, Suspended, FailureTarget or SuccessCriteriaMet.'),
  status: string(2).required().describe('True, False or Unknown.'),
  lastProbeTime: ref(3, () => Time).describe('When the condition was last checked.'),
  lastTransitionTime: ref(4, () => Time).describe('When the status last changed.'),
  reason: string(5).describe('One word that says why.'),
  message: string(6).describe('A sentence for people.'),
});
export type JobCondition = Infer<typeof JobCondition>;

export const JobTemplateSpec = object('io.k8s.api.batch.v1.JobTemplateSpec', {
  metadata: ref(1, () => ObjectMeta)
    .byValue()
    .describe('Labels and annotations of each job.'),
  spec: ref(2, () => JobSpec)
    .always()
    .describe('What each job is to do.'),
});
export type JobTemplateSpec = Infer<typeof JobTemplateSpec>;

export const PodFailurePolicy = object('io.k8s.api.batch.v1.PodFailurePolicy', {
  rules: list(1, () => PodFailurePolicyRule)
    .required()
    .atomic()
    .describe('Asked in order; the first that fits decides.'),
});
export type PodFailurePolicy = Infer<typeof PodFailurePolicy>;

export const PodFailurePolicyRule = object('io.k8s.api.batch.v1.PodFailurePolicyRule', {
  action: string(1).required().describe('FailJob ends the job, FailIndex the index, Ignore does not count the failure, Count counts it.'),
  onExitCodes: ref(2, () => PodFailurePolicyOnExitCodesRequirement).describe('Fits by exit codes.'),
  onPodConditions: list(3, () => PodFailurePolicyOnPodConditionsPattern)
    .atomic()
    .describe('Fits by conditions of the pod.'),
});
export type PodFailurePolicyRule = Infer<typeof PodFailurePolicyRule>;

export const PodFailurePolicyOnExitCodesRequirement = object('io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement', {
  containerName: string(1).keepsZero().describe('Container that is meant; any when nothing is said.'),
  operator: string(2).required().describe('In or NotIn.'),
  values: list(3, int32()).required().set().describe('Exit codes, ascending.'),
});
export type PodFailurePolicyOnExitCodesRequirement = Infer<typeof PodFailurePolicyOnExitCodesRequirement>;

export const PodFailurePolicyOnPodConditionsPattern = object('io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern', {
  type: string(1).required().describe('Condition of the pod.'),
  status: string(2).keepsZero().describe('Status of the condition; True when nothing is said.'),
});
export type PodFailurePolicyOnPodConditionsPattern = Infer<typeof PodFailurePolicyOnPodConditionsPattern>;

export const SuccessPolicy = object('io.k8s.api.batch.v1.SuccessPolicy', {
  rules: list(1, () => SuccessPolicyRule)
    .required()
    .atomic()
    .describe('The job is done as soon as one of them is met.'),
});
export type SuccessPolicy = Infer<typeof SuccessPolicy>;

export const SuccessPolicyRule = object('io.k8s.api.batch.v1.SuccessPolicyRule', {
  succeededIndexes: string(1).keepsZero().describe('Indexes that must have succeeded, as ranges.'),
  succeededCount: int32(2).keepsZero().describe('How many of them must have.'),
});
export type SuccessPolicyRule = Infer<typeof SuccessPolicyRule>;

export const UncountedTerminatedPods = object('io.k8s.api.batch.v1.UncountedTerminatedPods', {
  succeeded: list(1, string()).set().describe('Ids of pods that succeeded.'),
  failed: list(2, string()).set().describe('Ids of pods that failed.'),
});
export type UncountedTerminatedPods = Infer<typeof UncountedTerminatedPods>;
