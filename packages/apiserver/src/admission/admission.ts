import type { KubeObject } from '@kajitori/apimachinery';
import type { Call } from '../call.ts';

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

export interface AdmissionRequest {
  call: Call;
  operation: AdmissionOperation;
  /**
   * The draft that will be written; absent for a deletion. A mutating plug-in changes it in place. For subresources with a body of their own
   * (Binding, Eviction, TokenRequest) it is that body, and for CONNECT its options (PodExecOptions).
   */
  object?: KubeObject;
  /** What lies there now; absent for a creation. */
  old?: KubeObject;
  /** The DeleteOptions of a deletion. Options of other operations follow from the call. */
  deleteOptions?: object;
}

/** What a mutating plug-in knows of the round that it is in. */
export interface MutationRound {
  /** 0, and 1 when a plug-in asked for all to be invoked again. */
  readonly number: 0 | 1;
  /** A plug-in that runs code of others changed the object: those before it shall see it once more. */
  askForAnother(): void;
  /** What a plug-in notes for the second round, by its name. */
  readonly notes: Map<string, unknown>;
}

/** One admission plug-in. A refusal is a thrown StatusError. */
export interface AdmissionPlugin {
  name: string;
  /** Cheap test that keeps the plug-in off requests that it has nothing to say about. */
  handles(request: AdmissionRequest): boolean;
  /** May run twice for one request, the second time on what others made of the object since. */
  mutate?(request: AdmissionRequest, round: MutationRound): Promise<void> | void;
  validate?(request: AdmissionRequest): Promise<void> | void;
}

/** All mutating plug-ins in order, then (after defaults and validation, by a second call) all validating ones. */
export class Admission {
  readonly #plugins: readonly AdmissionPlugin[];

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#plugins = plugins;
  }

  /** True when a plug-in that runs code of others changed the object: what a request may not touch is to be put back. */
  async mutate(request: AdmissionRequest): Promise<boolean> {
    const notes = new Map<string, unknown>();
    let another = false;
    const askForAnother = (): void => void (another = true);
    await this.#mutateOnce(request, { number: 0, askForAnother, notes });
    if (another) await this.#mutateOnce(request, { number: 1, askForAnother, notes });
    return another;
  }

  async #mutateOnce(request: AdmissionRequest, round: MutationRound): Promise<void> {
    for (const plugin of this.#plugins) {
      if (plugin.mutate !== undefined && plugin.handles(request)) await plugin.mutate(request, round);
    }
  }

  async validate(request: AdmissionRequest): Promise<void> {
    for (const plugin of this.#plugins) {
      if (plugin.validate !== undefined && plugin.handles(request)) await plugin.validate(request);
    }
  }
}
