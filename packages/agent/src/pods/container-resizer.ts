import { type NodePod, podRefOf } from '../model/node-pod.ts';
import type { ResizeState } from '../model/pod-activity.ts';
import type { PodAction } from '../model/pod-plan.ts';
import { failureAfter, textOf } from './failures.ts';
import type { PodContext } from './pod-context.ts';

/** Changes what running containers of one pod may use, and remembers how the last change of each went: the plan decides what follows. */
export class ContainerResizer {
  readonly #context: PodContext;
  readonly #onChange: () => void;
  readonly #states = new Map<string, ResizeState>();

  constructor(context: PodContext, onChange: () => void) {
    this.#context = context;
    this.#onChange = onChange;
  }

  /** By container id. */
  get states(): ReadonlyMap<string, ResizeState> {
    return this.#states;
  }

  /** The others have ended. */
  keep(running: ReadonlySet<string>): void {
    for (const id of this.#states.keys()) if (!running.has(id)) this.#states.delete(id);
  }

  resize(pod: NodePod, { id, container, limits }: Extract<PodAction, { type: 'resizeContainer' }>): void {
    const before = this.#states.get(id)?.failure;
    this.#states.set(id, { limits, phase: 'underway', ...(before === undefined ? {} : { failure: before }) });
    this.#context.runtime
      .resizeContainer(id, limits)
      .then(
        () => void this.#states.set(id, { limits, phase: 'done' }),
        (error: unknown) => {
          this.#context.log.warn({ ...podRefOf(pod), container, error }, 'a container could not be resized; it is tried again');
          this.#states.set(id, { limits, phase: 'failed', failure: failureAfter(before, textOf(error)) });
        },
      )
      .finally(() => this.#onChange());
  }
}
