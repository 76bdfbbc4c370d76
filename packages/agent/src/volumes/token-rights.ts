import { type NodePod, containersOf } from '../model/node-pod.ts';

/**
 * Who may read a token's file, as a kubelet has it (KEP-2451): the one user that all of the pod's containers run as, and the pod's group, where it has
 * them; otherwise whom the volume's mode says. Pure.
 */
export function tokenRights(pod: NodePod, defaultMode: number): { mode: number; uid?: number } {
  const uid = onlyUser(pod);
  if (uid === undefined && pod.spec.securityContext?.fsGroup === undefined) return { mode: defaultMode };
  return { mode: 0o600, ...(uid === undefined ? {} : { uid }) };
}

/** Undefined where a container says none, or two say different ones. Who looks in from outside does not count. */
function onlyUser(pod: NodePod): number | undefined {
  const users = containersOf(pod)
    .filter(({ role }) => role !== 'ephemeral')
    .map(({ container }) => container.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser);
  const [first] = users;
  return users.every((user) => user === first) ? first : undefined;
}
