import type { BindMount, ContainerSpec } from '../model/container-spec.ts';
import { engineLimitsOf, limitsText } from '../model/engine-limits.ts';
import { containerHash } from '../model/container-hash.ts';
import { graceSecondsOf, podRefOf } from '../model/node-pod.ts';
import { qosClassOf } from '../model/qos-class.ts';
import { containerResources } from './container-resources.ts';
import { containerSecurity } from './container-security.ts';
import { type Labels, type Owner, label, podLabels } from './labels.ts';

export const defaultTerminationMessagePath = '/dev/termination-log';
/** The kubelet's own: 10 MiB a file, five files. The engine rotates. */
export const logConfig = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '5' } } as const;

export interface NodeFacts extends Owner {
  memoryBytes: number;
  /** What this machine lets a container have at least. */
  lowestOomScoreAdjust: number;
}

/** The body of the engine's "create container". Pure. @throws ContainerConfigError */
export function containerConfig(spec: ContainerSpec, imageUser: string | undefined, node: NodeFacts): object {
  const { pod, container } = spec;
  const security = containerSecurity(pod, container, imageUser);
  const messagePath = container.terminationMessagePath ?? defaultTerminationMessagePath;
  return {
    Image: container.image,
    ...(spec.command === undefined ? {} : { Entrypoint: spec.command }),
    ...(spec.args === undefined ? {} : { Cmd: spec.args }),
    Env: spec.env,
    ...(container.workingDir === undefined ? {} : { WorkingDir: container.workingDir }),
    User: security.User,
    Labels: labelsOf(spec, node),
    Tty: container.tty === true,
    OpenStdin: container.stdin === true,
    StdinOnce: container.stdinOnce === true,
    // Probes are ours: the image's own health check would run beside them.
    Healthcheck: { Test: ['NONE'] },
    ...(container.lifecycle?.stopSignal === undefined ? {} : { StopSignal: container.lifecycle.stopSignal }),
    HostConfig: {
      ...security.HostConfig,
      ...containerResources(container, { qosClass: qosClassOf(pod), ...node }),
      NetworkMode: `container:${spec.sandboxId}`,
      IpcMode: pod.spec.hostIPC === true ? 'host' : `container:${spec.sandboxId}`,
      ...pidMode(spec),
      Mounts: [...spec.mounts, { source: spec.terminationMessageFile, target: messagePath, readOnly: false }].map(bindOf),
      LogConfig: logConfig,
      RestartPolicy: { Name: 'no' },
    },
  };
}

function bindOf({ source, target, readOnly, propagation }: BindMount): object {
  const bind = { Type: 'bind', Source: source, Target: target, ReadOnly: readOnly };
  return propagation === undefined ? bind : { ...bind, BindOptions: { Propagation: propagation } };
}

function pidMode({ pod, sandboxId, pidTargetId }: ContainerSpec): { PidMode?: string } {
  if (pod.spec.hostPID === true) return { PidMode: 'host' };
  if (pod.spec.shareProcessNamespace === true) return { PidMode: `container:${sandboxId}` };
  return pidTargetId === undefined ? {} : { PidMode: `container:${pidTargetId}` };
}

function labelsOf(
  { pod, container, role, attempt, sandboxId, backOffSeconds, terminationMessageFile }: ContainerSpec,
  node: NodeFacts,
): Labels {
  return {
    ...podLabels(node, podRefOf(pod), graceSecondsOf(pod)),
    [label.role]: role,
    [label.container]: container.name,
    [label.attempt]: String(attempt),
    [label.sandbox]: sandboxId,
    [label.hash]: containerHash(container),
    [label.limits]: limitsText(engineLimitsOf(container.resources)),
    [label.backOffSeconds]: String(backOffSeconds),
    [label.terminationMessagePath]: terminationMessageFile,
    [label.terminationMessagePolicy]: container.terminationMessagePolicy ?? 'File',
  };
}
