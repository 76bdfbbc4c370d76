import { conditionOf, parseTime } from '@kajitori/apimachinery';
import { type Job, jobs } from '@kajitori/kinds';
import { done, requeueAfter } from '@kajitori/reconciler';
import { deleteObject } from '../pods/claim-writes.ts';
import { type ControllerDescriptor, self, watch } from '../runtime/controller.ts';

/** Deletes Jobs some time after their end, when they ask for it. */
export const ttlAfterFinished: ControllerDescriptor = {
  name: 'ttl-after-finished',
  user: 'system:serviceaccount:kube-system:ttl-after-finished-controller',
  component: 'ttl-after-finished-controller',
  watches: [watch(jobs, (event) => (event.type !== 'deleted' && expiresAt(event.object) !== undefined ? self(event) : []))],
  create: ({ cache }) => ({
    async reconcile({ namespace, name, client, now }) {
      const found = cache(jobs).get(namespace, name);
      const at = found === undefined ? undefined : expiresAt(found);
      if (found === undefined || at === undefined || found.metadata.deletionTimestamp !== undefined) return done;
      if (at > now.getTime()) return requeueAfter(at - now.getTime());
      await deleteObject(client.resource(jobs), found, 'Foreground');
      return done;
    },
  }),
};

/** When a Job has outlived its end, in milliseconds since the epoch; undefined while it runs or when it may stay. */
export function expiresAt({ spec, status }: Job): number | undefined {
  if (spec.ttlSecondsAfterFinished === undefined) return undefined;
  const ended = [conditionOf(status?.conditions, 'Complete'), conditionOf(status?.conditions, 'Failed')].find(
    (one) => one?.status === 'True',
  );
  const at = parseTime(ended?.lastTransitionTime ?? '');
  return at === undefined ? undefined : at + spec.ttlSecondsAfterFinished * 1000;
}
