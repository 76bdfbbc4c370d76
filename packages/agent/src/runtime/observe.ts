import { type EngineLimits, parseLimits } from '../model/engine-limits.ts';
import type { ObservedContainer, ObservedSandbox, ObservedState } from '../model/observed-pod.ts';
import type { InspectedContainer } from './docker-forms.ts';
import { label } from './labels.ts';

/** The engine's "never". */
const neverYear = '0001';
export const startErrorExitCode = 128;

export function observedSandbox(one: InspectedContainer): ObservedSandbox {
  const networks = Object.values(one.NetworkSettings.Networks ?? {});
  return {
    id: one.Id,
    attempt: Number(one.Config.Labels[label.attempt] ?? 0),
    state: stateOf(one),
    createdAt: new Date(one.Created),
    ips: networks.flatMap(({ IPAddress, GlobalIPv6Address }) => [IPAddress, GlobalIPv6Address]).filter((ip) => ip !== ''),
  };
}

export function observedContainer(one: InspectedContainer, imageId: string, terminationMessage: string | undefined): ObservedContainer {
  const { Labels: labels } = one.Config;
  const startedAt = timeOf(one.State.StartedAt);
  const finishedAt = timeOf(one.State.FinishedAt);
  // A start that broke off with the agent that asked for it is no failure: the container never ran.
  const brokenOff = one.State.Error.includes('context canceled');
  const failedToStart = startedAt === undefined && one.State.Error !== '' && !brokenOff;
  const state = failedToStart ? 'exited' : stateOf(one);
  return {
    id: one.Id,
    name: labels[label.container] ?? '',
    attempt: Number(labels[label.attempt] ?? 0),
    sandboxId: labels[label.sandbox] ?? '',
    hash: labels[label.hash] ?? '',
    backOffSeconds: Number(labels[label.backOffSeconds] ?? 0),
    state,
    createdAt: new Date(one.Created),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(state === 'exited'
      ? { finishedAt: finishedAt ?? new Date(one.Created), exitCode: failedToStart ? startErrorExitCode : one.State.ExitCode }
      : {}),
    ...(one.State.OOMKilled ? { oomKilled: true } : {}),
    ...(failedToStart ? { startError: one.State.Error } : {}),
    ...(terminationMessage === undefined ? {} : { terminationMessage }),
    limits: limitsOf(one),
    image: one.Config.Image,
    imageId,
  };
}

/** As the engine has them, which says "no limit" by 0 and by less; where it left out what it cannot set, as it was told. */
function limitsOf({ HostConfig, Config }: InspectedContainer): EngineLimits {
  const told = parseLimits(Config.Labels[label.limits]);
  const actual = (engine: number, made: number | undefined): number => (engine > 0 ? engine : (made ?? 0));
  return {
    cpuShares: actual(HostConfig.CpuShares, told?.cpuShares),
    cpuQuotaMicroseconds: actual(HostConfig.CpuQuota, told?.cpuQuotaMicroseconds),
    memoryBytes: actual(HostConfig.Memory, told?.memoryBytes),
  };
}

function timeOf(text: string): Date | undefined {
  return text === '' || text.startsWith(neverYear) ? undefined : new Date(text);
}

function stateOf({ State }: InspectedContainer): ObservedState {
  if (State.Running) return 'running';
  return State.Status === 'created' ? 'created' : 'exited';
}
