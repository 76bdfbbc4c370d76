import { isStatusError } from '@kajitori/apimachinery';
import { clusterRoles } from '@kajitori/kinds';
import { done } from '@kajitori/reconciler';
import { type ControllerDescriptor, isOfKind } from '../runtime/controller.ts';
import { planAggregation } from './cluster-role-aggregation.plan.ts';

/** All of them are looked at together: a role that is gathered may gather itself. */
const everything = { namespace: '', name: '' };

/**
 * Fills the rules of ClusterRoles that gather those of others by label. Roles change rarely and there are a hundred of them in
 * every cluster, so it keeps no cache: it hears of a change, and lists.
 */
export const clusterRoleAggregation: ControllerDescriptor = {
  name: 'cluster-role-aggregation',
  user: 'system:serviceaccount:kube-system:clusterrole-aggregation-controller',
  component: 'clusterrole-aggregation-controller',
  watches: [],
  create(context) {
    const look = (): void => context.enqueue(everything);
    context.onEveryChange({
      changed({ object }) {
        if (isOfKind(object, clusterRoles)) look();
      },
      missed: look,
    });
    return {
      async reconcile({ client }) {
        const roles = client.resource(clusterRoles);
        const { items } = await roles.list('');
        for (const { role, rules } of planAggregation(items)) {
          try {
            await roles.update({ ...role, rules });
          } catch (error) {
            // Whoever wrote in between has asked for the next look with it.
            if (!isStatusError(error, 'Conflict') && !isStatusError(error, 'NotFound')) throw error;
          }
        }
        return done;
      },
    };
  },
};
