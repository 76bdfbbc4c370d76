import { formatTime } from '@kajitori/apimachinery';
import type { ContainerStatus, PodCondition } from '@kajitori/kinds';
import type { NodePod } from '../model/node-pod.ts';
import type { Phase } from './pod-phase.ts';

export type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>;
const yes: Verdict = { status: 'True' };
const no = (reason: string, message?: string): Verdict => ({ status: 'False', reason, ...(message === undefined ? {} : { message }) });

export interface ConditionFacts {
  pod: NodePod;
  phase: Phase;
  sandboxReady: boolean;
  initialized: boolean;
  init: readonly ContainerStatus[];
  regular: readonly ContainerStatus[];
  /** Sidecars count for readiness like regular containers. */
  sidecarNames: ReadonlySet<string>;
  before: readonly PodCondition[];
  /** Conditions that are only there while they hold. */
  resize: readonly (readonly [type: string, Verdict])[];
  now: Date;
}

/** The conditions that a kubelet owns, in its order; those of others (readiness gates, DisruptionTarget) follow as they were. */
export function podConditions(facts: ConditionFacts): PodCondition[] {
  const containersReady = containersReadyVerdict(facts);
  const verdicts: [string, Verdict][] = [
    ['PodReadyToStartContainers', facts.sandboxReady ? yes : { status: 'False' }],
    ['Initialized', initializedVerdict(facts)],
    ['Ready', containersReady.status === 'True' ? gatesVerdict(facts) : containersReady],
    ['ContainersReady', containersReady],
    ['PodScheduled', yes],
  ];
  const own = [...verdicts, ...facts.resize].map(([type, verdict]) => condition(type, verdict, facts));
  const owned = new Set(['PodResizePending', 'PodResizeInProgress', ...own.map(({ type }) => type)]);
  return [...own, ...othersOf(facts).filter(({ type }) => !owned.has(type))];
}

/** The API's copy of foreign conditions is newer than the one that was last computed here. */
function othersOf({ pod, before }: ConditionFacts): PodCondition[] {
  return [...new Map([...before, ...(pod.status?.conditions ?? [])].map((one) => [one.type, one])).values()];
}

function condition(type: string, verdict: Verdict, { pod, before, now }: ConditionFacts): PodCondition {
  const known = before.find((one) => one.type === type) ?? pod.status?.conditions?.find((one) => one.type === type);
  const lastTransitionTime =
    known?.status === verdict.status && known.lastTransitionTime !== undefined ? known.lastTransitionTime : formatTime(now);
  return {
    type,
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    status: verdict.status,
    lastTransitionTime,
    ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
    ...(verdict.message === undefined ? {} : { message: verdict.message }),
  };
}

function initializedVerdict({ phase, initialized, init, sidecarNames }: ConditionFacts): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  if (initialized) return yes;
  const unfinished = init.filter((one) => (sidecarNames.has(one.name) ? one.started !== true : !one.ready)).map(({ name }) => name);
  return no('ContainersNotInitialized', `containers with incomplete status: [${unfinished.join(' ')}]`);
}

function containersReadyVerdict({ phase, init, regular, sidecarNames }: ConditionFacts): Verdict {
  if (phase === 'Succeeded') return no('PodCompleted');
  if (phase === 'Failed') return no('PodFailed');
  const unready = [...init.filter(({ name }) => sidecarNames.has(name)), ...regular].filter(({ ready }) => !ready).map(({ name }) => name);
  return unready.length === 0 ? yes : no('ContainersNotReady', `containers with unready status: [${unready.join(' ')}]`);
}

function gatesVerdict(facts: ConditionFacts): Verdict {
  const conditions = new Map(othersOf(facts).map((one) => [one.type, one]));
  const wrong = (facts.pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const gate = conditions.get(conditionType);
    if (gate === undefined) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    return gate.status === 'True' ? [] : [`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`];
  });
  return wrong.length === 0 ? yes : no('ReadinessGatesNotReady', wrong.join(', '));
}
