import { endpointSlices, nodes, pods, type Service, services } from '@kajitori/kinds';
import { done, type Outcome } from '@kajitori/reconciler';
import { deleteObject } from '../pods/claim-writes.ts';
import { isNamespaceEnding } from '../replica-set/replica-set.controller.ts';
import {
  type Controller,
  type ControllerContext,
  controllerOfKind,
  type ControllerDescriptor,
  type Run,
  self,
  watch,
} from '../runtime/controller.ts';
import { unlessGone } from '../runtime/unless-gone.ts';
import { selectsPods, servicesOfPod } from '../services/service-pods.ts';
import { managedBy, managedByLabel, planEndpointSlices } from './endpoint-slice.plan.ts';

/** Tells which pods are behind a service. Owns the slices that carry its label. */
export const endpointSlice: ControllerDescriptor = {
  name: 'endpoint-slice',
  user: 'system:serviceaccount:kube-system:endpointslice-controller',
  component: 'endpoint-slice-controller',
  watches: [watch(services, self), watch(pods, servicesOfPod), watch(endpointSlices, controllerOfKind(services)), watch(nodes, () => [])],
  create: (context) => new EndpointSliceController(context),
};

class EndpointSliceController implements Controller {
  readonly #context: ControllerContext;

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  async reconcile(run: Run): Promise<Outcome> {
    const found = this.#context.cache(services).get(run.namespace, run.name);
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) return done;
    const own = this.#context
      .cache(endpointSlices)
      .ownedBy(found.metadata.uid ?? '')
      .filter(({ metadata }) => metadata.labels?.[managedByLabel] === managedBy);
    const client = run.client.resource(endpointSlices);
    if (!selectsPods(found)) {
      await Promise.all(own.map((slice) => deleteObject(client, slice)));
      return done;
    }
    const plan = planEndpointSlices({
      service: found,
      pods: this.#context.cache(pods).list(run.namespace),
      slices: own,
      node: (name) => this.#context.cache(nodes).get('', name),
    });
    await this.#create(run, found, plan.create);
    for (const slice of plan.update) await unlessGone(client.update(slice));
    for (const slice of plan.delete) await deleteObject(client, slice);
    return done;
  }

  async #create({ client }: Run, found: Service, slices: ReturnType<typeof planEndpointSlices>['create']): Promise<void> {
    for (const slice of slices) {
      try {
        await client.resource(endpointSlices).create(slice);
      } catch (error) {
        if (isNamespaceEnding(error)) return;
        const message = `Error updating Endpoint Slices for Service ${found.metadata.namespace}/${found.metadata.name}: ${error instanceof Error ? error.message : String(error)}`;
        this.#context.events.record(found, { type: 'Warning', reason: 'FailedToUpdateEndpointSlices', message });
        throw error;
      }
    }
  }
}
