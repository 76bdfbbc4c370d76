import type { Container } from '@kajitori/kinds';
import { environmentOf } from '../environment/environment.ts';
import { expand } from '../environment/expand.ts';
import { ContainerConfigError, type ContainerSpec } from '../model/container-spec.ts';
import { type NodePod, containerFieldPath, containersOf } from '../model/node-pod.ts';
import type { ObservedPod } from '../model/observed-pod.ts';
import type { StartFailure } from '../model/pod-activity.ts';
import type { PodFacts } from '../model/pod-objects.ts';
import type { PodAction, PodEvent } from '../model/pod-plan.ts';
import { EngineUnavailableError } from '../model/engine-unavailable.ts';
import { VolumeError } from '../volumes/payload.ts';
import { runHook } from './lifecycle-hook.ts';
import type { PodContext } from './pod-context.ts';

export type StartAction = Extract<PodAction, { type: 'startContainer' }>;

/** Starting failed in a way that the pod's status tells. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly reason: StartFailure['reason'];

  constructor(reason: StartFailure['reason'], message: string, cause: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

const postStartTimeoutMilliseconds = 3_600_000;

export function podFacts({ node }: PodContext, pod: NodePod, observed: ObservedPod): PodFacts {
  const [sandbox] = observed.sandboxes;
  const podIps = pod.spec.hostNetwork === true ? node.ips : sandbox?.state === 'running' ? sandbox.ips : [];
  return { pod, podIps, hostIps: node.ips, nodeName: node.name, allocatable: node.allocatable };
}

/** Makes and starts one container, its postStart hook included. @throws StartError, EngineUnavailableError */
export async function startContainer(
  context: PodContext,
  pod: NodePod,
  observed: ObservedPod,
  action: StartAction,
  signal: AbortSignal,
): Promise<void> {
  const wanted = containersOf(pod).find((one) => one.container.name === action.container)?.container;
  if (wanted === undefined) return;
  const container = { ...wanted, resources: action.resources };
  const fieldPath = containerFieldPath(pod, container.name);
  const record = (event: PodEvent): void => context.recordEvent(pod, { ...event, fieldPath });
  const facts = podFacts(context, pod, observed);
  const id = await attempt(['CreateContainerError', record], async () =>
    context.runtime.createContainer(await specOf(context, { facts, observed, container, action })),
  );
  record({ type: 'Normal', reason: 'Created', message: `Created container: ${container.name}` });
  await attempt(['RunContainerError', record], () => context.runtime.startContainer(id), `failed to start container "${container.name}": `);
  record({ type: 'Normal', reason: 'Started', message: `Started container ${container.name}` });
  await postStart(context, { pod, container, id, podIp: facts.podIps[0] ?? '', record, signal });
}

async function attempt<T>(
  [reason, record]: [StartFailure['reason'], (event: PodEvent) => void],
  step: () => Promise<T>,
  prefix = '',
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof EngineUnavailableError) throw error;
    const isConfig = error instanceof ContainerConfigError || error instanceof VolumeError;
    const text = error instanceof Error ? error.message : String(error);
    const message = isConfig ? text : `${prefix}Error response from daemon: ${text}`;
    record({ type: 'Warning', reason: 'Failed', message: `Error: ${message}` });
    throw new StartError(isConfig ? 'CreateContainerConfigError' : reason, message, error);
  }
}

interface SpecParts {
  facts: PodFacts;
  observed: ObservedPod;
  container: Container;
  action: StartAction;
}

async function specOf({ objects, volumes, node }: PodContext, { facts, observed, container, action }: SpecParts): Promise<ContainerSpec> {
  const { pod } = facts;
  const environment = environmentOf({ container, facts, objects, kubernetesService: node.network.kubernetesService });
  const variables = new Map(
    environment.env.map((one): [string, string] => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
  );
  const target =
    'targetContainerName' in container
      ? observed.containers.find((one) => one.name === container.targetContainerName && one.state === 'running')
      : undefined;
  return {
    pod,
    container,
    role: action.role,
    attempt: action.attempt,
    sandboxId: action.sandboxId,
    backOffSeconds: action.backOffSeconds,
    ...environment,
    mounts: await volumes.mountsOf(pod, container, (text) => expand(text, variables)),
    terminationMessageFile: await volumes.terminationMessageFile(pod, container.name, action.attempt),
    ...(target === undefined ? {} : { pidTargetId: target.id }),
  };
}

interface Started {
  pod: NodePod;
  container: Container;
  id: string;
  podIp: string;
  record: (event: PodEvent) => void;
  signal: AbortSignal;
}

/** A container whose hook fails is killed: it never counted as started. */
async function postStart({ runtime }: PodContext, { pod, container, id, podIp, record, signal }: Started): Promise<void> {
  const hook = container.lifecycle?.postStart;
  if (hook === undefined) return;
  try {
    const run = (command: readonly string[], milliseconds: number) => runtime.run(id, command, milliseconds);
    await runHook(hook, { container, podIp, run, timeoutMilliseconds: postStartTimeoutMilliseconds, signal });
  } catch (error) {
    if (signal.aborted) return;
    record({ type: 'Warning', reason: 'FailedPostStartHook', message: 'PostStartHook failed' });
    record({ type: 'Normal', reason: 'Killing', message: 'FailedPostStartHook' });
    await runtime.stopContainer(id, pod.spec.terminationGracePeriodSeconds ?? 30);
    throw new StartError('PostStartHookError', error instanceof Error ? error.message : String(error), error);
  }
}

/** The pull secrets that the pod names and that are there. */
export function pullSecretsOf({ objects }: PodContext, pod: NodePod): { type?: string; data?: Record<string, string> }[] {
  return (pod.spec.imagePullSecrets ?? []).flatMap(({ name = '' }) => objects.secret(pod.metadata.namespace, name) ?? []);
}
