import type { Container } from '@kajitori/kinds';
import { ContainerConfigError } from '../model/container-spec.ts';
import { type NodePod, podRefOf, podText } from '../model/node-pod.ts';

/** What the engine is told about a container's rights. */
export interface EngineSecurity {
  /** Empty: the image's own. */
  User: string;
  HostConfig: {
    Privileged: boolean;
    CapAdd: string[];
    CapDrop: string[];
    GroupAdd: string[];
    ReadonlyRootfs: boolean;
    SecurityOpt: string[];
  };
}

/** @throws ContainerConfigError when the container must not be root and would be, or may be. */
export function containerSecurity(pod: NodePod, container: Container, imageUser: string | undefined): EngineSecurity {
  const own = container.securityContext ?? {};
  const shared = pod.spec.securityContext ?? {};
  const runAsUser = own.runAsUser ?? shared.runAsUser;
  const runAsGroup = own.runAsGroup ?? shared.runAsGroup;
  if (own.runAsNonRoot ?? shared.runAsNonRoot) requireNonRoot(pod, container, runAsUser, imageUser ?? '');
  const groups = [...(shared.supplementalGroups ?? []), ...(shared.fsGroup === undefined ? [] : [shared.fsGroup])];
  const privileged = own.privileged === true;
  return {
    User: userText(runAsUser, runAsGroup, imageUser ?? ''),
    HostConfig: {
      Privileged: privileged,
      CapAdd: [...(own.capabilities?.add ?? [])],
      CapDrop: [...(own.capabilities?.drop ?? [])],
      GroupAdd: groups.map(String),
      ReadonlyRootfs: own.readOnlyRootFilesystem === true,
      SecurityOpt: [
        ...(own.allowPrivilegeEscalation === false ? ['no-new-privileges'] : []),
        ...seccompOption((own.seccompProfile ?? shared.seccompProfile)?.type, privileged),
      ],
    },
  };
}

function seccompOption(type: string | undefined, privileged: boolean): string[] {
  return type === 'Unconfined' && !privileged ? ['seccomp=unconfined'] : [];
}

function userText(user: number | undefined, group: number | undefined, imageUser: string): string {
  const name = user === undefined ? (imageUser.split(':')[0] ?? '') : String(user);
  if (group === undefined) return user === undefined ? '' : name;
  return `${name === '' ? '0' : name}:${group}`;
}

function requireNonRoot(pod: NodePod, container: Container, runAsUser: number | undefined, imageUser: string): void {
  const where = `(pod: "${podText(podRefOf(pod))}", container: ${container.name})`;
  if (runAsUser !== undefined) {
    if (runAsUser === 0) throw new ContainerConfigError(`container's runAsUser breaks non-root policy ${where}`);
    return;
  }
  const user = imageUser.split(':')[0] ?? '';
  if (user === '' || user === '0') throw new ContainerConfigError(`container has runAsNonRoot and image will run as root ${where}`);
  if (!/^\d+$/.test(user)) {
    throw new ContainerConfigError(
      `container has runAsNonRoot and image has non-numeric user (${user}), cannot verify user is non-root ${where}`,
    );
  }
}
