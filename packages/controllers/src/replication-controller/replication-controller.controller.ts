import { type ReplicationController, replicationControllers, type ReplicaSet } from '@kajitori/kinds';
import { replicaController } from '../replica-set/replica-set.controller.ts';
import type { ControllerDescriptor } from '../runtime/controller.ts';

/** Keeps the pods of ReplicationControllers as those of ReplicaSets are kept: they differ in how they write their selector. */
export const replicationController: ControllerDescriptor = {
  name: 'replication-controller',
  user: 'system:serviceaccount:kube-system:replication-controller',
  component: 'replication-controller',
  ...replicaController({ kind: replicationControllers, asReplicaSet, asStatus: ({ terminatingReplicas: _none, ...status }) => status }),
};

function asReplicaSet(found: ReplicationController): ReplicaSet {
  const { selector = {}, ...spec } = found.spec ?? {};
  return { ...found, spec: { ...spec, selector: { matchLabels: selector } } } as ReplicaSet;
}
