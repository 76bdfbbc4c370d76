import { baselineChecks } from './baseline-checks.ts';
import type { CheckedPod, PodSecurityCheck, Violation } from './pod-security-check.ts';
import type { LevelVersion } from './pod-security-policy.ts';
import { restrictedChecks } from './restricted-checks.ts';

/** All that a level forbids of a pod, in the order of messages; empty when the pod may run. */
export function podSecurityViolations({ level, minor }: LevelVersion, pod: CheckedPod): Violation[] {
  if (level === 'privileged') return [];
  const restricted = level === 'restricted' ? restrictedChecks.filter((check) => check.minor <= minor) : [];
  const isOverridden = ({ overriddenBy }: PodSecurityCheck): boolean => restricted.some(({ name }) => name === overriddenBy);
  const checks = [...baselineChecks.filter((check) => check.minor <= minor && !isOverridden(check)), ...restricted];
  return checks.flatMap(({ check }) => check(pod, minor) ?? []);
}

/** `host namespaces (hostNetwork=true), privileged (container "x" …)`. */
export function violationDetails(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
}

/** Warnings about pods that are there when a namespace asks for more: one for each set of reasons, with the first pod's name. */
export function existingPodWarnings(
  namespace: string,
  enforce: string,
  violating: readonly { name: string; violations: readonly Violation[] }[],
): string[] {
  if (violating.length === 0) return [];
  const groups = Map.groupBy(violating, ({ violations }) => violations.map(({ reason }) => reason).join(', '));
  const lines = [...groups].map(([reasons, group]) => {
    const first = group.map(({ name }) => name).sort()[0] ?? '';
    const others = group.length - 1;
    const more = others === 0 ? '' : others === 1 ? ' (and 1 other pod)' : ` (and ${others} other pods)`;
    return `${first}${more}: ${reasons}`;
  });
  return [`existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${enforce}"`, ...lines.sort()];
}
