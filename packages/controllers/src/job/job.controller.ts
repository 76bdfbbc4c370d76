import { type Job, jobs, type Pod, pods } from '@kajitori/kinds';
import { done, type Outcome, requeueAfter } from '@kajitori/reconciler';
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
import { sameContent } from '../runtime/same-content.ts';
import { slowStart } from '../runtime/slow-start.ts';
import { unlessGone, unlessGoneOrOther } from '../runtime/unless-gone.ts';
import { newJobPod, trackingFinalizer } from './job-pods.ts';
import { type NewPod, planJob } from './job.plan.ts';

/** Runs pods to their end, as often as is wanted. Owns a Job's pods and status, and the finalizer by which it counts them. */
export const job: ControllerDescriptor = {
  name: 'job',
  user: 'system:serviceaccount:kube-system:job-controller',
  component: 'job-controller',
  watches: [watch(jobs, self), watch(pods, controllerOfKind(jobs))],
  create: (context) => new JobController(context),
};

class JobController implements Controller {
  readonly #context: ControllerContext;

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  async reconcile(run: Run): Promise<Outcome> {
    const found = this.#context.cache(jobs).get(run.namespace, run.name);
    if (found === undefined) return this.#releaseOrphans(run);
    if (found.spec.managedBy !== undefined && found.spec.managedBy !== 'kubernetes.io/job-controller') return done;
    const owned = this.#context.cache(pods).ownedBy(found.metadata.uid ?? '');
    const plan = planJob({ job: found, pods: owned, now: run.now });
    if (!sameContent(plan.status, found.status ?? {}))
      await unlessGone(run.client.resource(jobs).updateStatus({ ...found, status: plan.status }));
    for (const event of plan.events) this.#context.events.record(found, event);
    await Promise.all(plan.releaseFinalizers.map((pod) => release(run, pod)));
    await this.#delete(run, found, plan.delete, { counted: false });
    await this.#delete(run, found, plan.stop, { counted: true });
    await this.#create(run, found, plan.create);
    return plan.requeueAfterMilliseconds === undefined ? done : requeueAfter(plan.requeueAfterMilliseconds);
  }

  /** Pods of a Job that is gone: nobody will count them any more. */
  async #releaseOrphans(run: Run): Promise<Outcome> {
    const orphans = this.#context
      .cache(pods)
      .list(run.namespace)
      .filter(
        ({ metadata }) =>
          metadata.finalizers?.includes(trackingFinalizer) === true &&
          metadata.ownerReferences?.some((owner) => owner.kind === 'Job' && owner.name === run.name) === true,
      );
    await Promise.all(orphans.map((pod) => release(run, pod)));
    return done;
  }

  async #delete(run: Run, found: Job, doomed: readonly Pod[], { counted }: { counted: boolean }): Promise<void> {
    await Promise.all(
      doomed.map(async (pod) => {
        if (!counted) await release(run, pod);
        await deleteObject(run.client.resource(pods), pod);
        this.#context.events.record(found, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` });
      }),
    );
  }

  async #create(run: Run, found: Job, wanted: readonly NewPod[]): Promise<void> {
    const { failure } = await slowStart(wanted.length, async (at) => {
      const made = await run.client.resource(pods).create(newJobPod(found, wanted[at]?.index, wanted[at]?.failures));
      this.#context.events.record(found, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${made.metadata.name}` });
    });
    if (failure === undefined || isNamespaceEnding(failure)) return;
    const { message } = failure;
    this.#context.events.record(found, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${message}` });
    throw failure;
  }
}

async function release(run: Run, { metadata }: Pod): Promise<void> {
  const patch = { metadata: { uid: metadata.uid, '$deleteFromPrimitiveList/finalizers': [trackingFinalizer] } };
  await unlessGoneOrOther(
    run.client
      .resource(pods)
      .patch(metadata.namespace ?? '', metadata.name ?? '', patch, { type: 'application/strategic-merge-patch+json' }),
  );
}
