import type { Job, Pod, PodFailurePolicyRule } from '@kajitori/kinds';

export type FailureVerdict = { action: 'Count' } | { action: 'Ignore' } | { action: 'FailIndex' } | { action: 'FailJob'; message: string };

/** What a Job's pod failure policy says of a failed pod: the first rule that matches decides. Rule: KEP-3329. */
export function judgeFailure({ spec }: Job, pod: Pod): FailureVerdict {
  for (const [index, rule] of (spec.podFailurePolicy?.rules ?? []).entries()) {
    const matched = matchExitCode(rule, pod) ?? matchCondition(rule, pod);
    if (matched === undefined) continue;
    if (rule.action === 'Ignore' || rule.action === 'FailIndex') return { action: rule.action };
    if (rule.action === 'FailJob') return { action: 'FailJob', message: `${matched} matching FailJob rule at index ${index}` };
    return { action: 'Count' };
  }
  return { action: 'Count' };
}

function matchExitCode({ onExitCodes }: PodFailurePolicyRule, { metadata, status }: Pod): string | undefined {
  if (onExitCodes === undefined) return undefined;
  for (const { name, state } of [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]) {
    const exitCode = state?.terminated?.exitCode ?? 0;
    if (state?.terminated === undefined || exitCode === 0) continue;
    if (onExitCodes.containerName !== undefined && onExitCodes.containerName !== name) continue;
    if (onExitCodes.values.includes(exitCode) !== (onExitCodes.operator === 'In')) continue;
    return `Container ${name} for pod ${metadata.namespace}/${metadata.name} failed with exit code ${exitCode}`;
  }
  return undefined;
}

function matchCondition({ onPodConditions = [] }: PodFailurePolicyRule, { metadata, status }: Pod): string | undefined {
  const found = onPodConditions.find((pattern) =>
    (status?.conditions ?? []).some((condition) => condition.type === pattern.type && condition.status === (pattern.status ?? 'True')),
  );
  return found === undefined ? undefined : `Pod ${metadata.namespace}/${metadata.name} has condition ${found.type}`;
}
