import type { Container } from '@kajitori/kinds';
import { endedForResources } from './resize.ts';
import type { ContainerView } from './container-view.ts';

const firstBackOffSeconds = 10;
export const maxBackOffSeconds = 300;
/** Who ran for so long is forgiven what was before. */
const forgivenAfterSeconds = 600;

/** Whether a container that ended is started again (`restartPolicy` of the pod; of the container, where it has its own). */
export function shouldRestart(view: ContainerView, podPolicy: string | undefined): boolean {
  const { latest, role, container } = view;
  if (latest?.state !== 'exited') return latest === undefined;
  if (role === 'ephemeral') return false;
  if (role === 'sidecar') return true;
  if (role === 'regular' && podPolicy !== 'Never' && endedForResources(view)) return true;
  const exitCode = latest.exitCode ?? 0;
  if (role === 'init') return exitCode !== 0 && policyAllows(container, podPolicy === 'Always' ? 'OnFailure' : podPolicy, exitCode);
  return policyAllows(container, podPolicy, exitCode);
}

function policyAllows(container: Container, podPolicy: string | undefined, exitCode: number): boolean {
  if (container.restartPolicy !== undefined && container.restartPolicyRules?.some((rule) => ruleMatches(rule, exitCode)) === true)
    return true;
  const policy = container.restartPolicy ?? podPolicy ?? 'Always';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

type Rule = NonNullable<Container['restartPolicyRules']>[number];

function ruleMatches({ action, exitCodes }: Rule, exitCode: number): boolean {
  if (action !== 'Restart' || exitCodes === undefined) return false;
  const listed = exitCodes.values?.includes(exitCode) ?? false;
  return exitCodes.operator === 'In' ? listed : exitCodes.operator === 'NotIn' && !listed;
}

/** Until when a container that ended waits; undefined when it may start now. */
export function backOffUntil(view: ContainerView): Date | undefined {
  const { latest } = view;
  if (latest?.state !== 'exited' || latest.finishedAt === undefined || isForgiven(view) || latest.backOffSeconds === 0) return undefined;
  return new Date(latest.finishedAt.getTime() + latest.backOffSeconds * 1000);
}

/**
 * What the next attempt carries as its own back-off: 10 s, doubling to 5 minutes. The first restart is at once, so attempt 0 carries 0.
 * It travels with the container and so outlives the agent.
 */
export function nextBackOffSeconds(view: ContainerView): number {
  const { latest } = view;
  if (latest === undefined) return 0;
  if (latest.backOffSeconds === 0 || isForgiven(view)) return firstBackOffSeconds;
  return Math.min(latest.backOffSeconds * 2, maxBackOffSeconds);
}

function isForgiven({ latest }: ContainerView): boolean {
  if (latest?.startedAt === undefined || latest.finishedAt === undefined) return false;
  return latest.finishedAt.getTime() - latest.startedAt.getTime() >= forgivenAfterSeconds * 1000;
}

/** The wait after `count` failures in a row of something that is not a container's run: pulling, mounting. */
export function retryAt(failure: { at: Date; count: number }, firstSeconds: number, maxSeconds = maxBackOffSeconds): Date {
  const seconds = Math.min(firstSeconds * 2 ** (failure.count - 1), maxSeconds);
  return new Date(failure.at.getTime() + seconds * 1000);
}
