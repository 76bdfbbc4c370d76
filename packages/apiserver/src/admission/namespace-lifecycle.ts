import { type Clock, forbidden, notFound, StatusError } from '@kajitori/apimachinery';
import { groupResourceOf } from '../call.ts';
import type { AdmissionPlugin } from './admission.ts';

/** Namespaces that every cluster has and nobody deletes. */
const immortal = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);
/** A namespace that was seen active is not read again this long; its deletion waits longer for stragglers. */
const freshMilliseconds = 1_000;
const heldMax = 10_000;

/** Refuses new objects in namespaces that do not exist or are being deleted, and the deletion of those that must stay. */
export function namespaceLifecycle(clock: Clock): AdmissionPlugin {
  const seenActive = new Map<string, number>();
  return {
    name: 'NamespaceLifecycle',
    handles: ({ call, operation }) =>
      operation === 'CREATE' ? call.kind.namespaced && call.kind.stored : operation === 'DELETE' && isNamespace(call.kind),
    async validate({ call, operation, object }) {
      if (operation === 'DELETE') {
        seenActive.delete(`${call.cluster} ${call.name}`);
        if (immortal.has(call.name)) throw forbidden(groupResourceOf(call.kind), call.name, 'this namespace may not be deleted');
        return;
      }
      const key = `${call.cluster} ${call.namespace}`;
      const now = clock.now().getTime();
      if (now - (seenActive.get(key) ?? -Infinity) < freshMilliseconds) return;
      const namespace = await call.storage.get({ group: '', resource: 'namespaces', namespace: '', name: call.namespace });
      if (namespace === undefined) throw notFound({ group: '', resource: 'namespaces' }, call.namespace);
      if (namespace.fields['status.phase'] === 'Terminating') throw terminating(call, object?.metadata.name ?? '');
      if (seenActive.size > heldMax) seenActive.clear();
      seenActive.set(key, now);
    },
  };
}

function isNamespace({ group, plural }: { group: string; plural: string }): boolean {
  return group === '' && plural === 'namespaces';
}

function terminating(call: { namespace: string; kind: Parameters<typeof groupResourceOf>[0] }, name: string): Error {
  const why = `unable to create new content in namespace ${call.namespace} because it is being terminated`;
  const error = forbidden(groupResourceOf(call.kind), name, why);
  // Controllers know by this cause that there is nothing to retry.
  const causes = [
    { reason: 'NamespaceTerminating', message: `namespace ${call.namespace} is being terminated`, field: 'metadata.namespace' },
  ];
  return new StatusError(error.reason, error.message, { details: { ...error.details, causes } });
}
