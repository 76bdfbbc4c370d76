import type { KubeObject } from '@kajitori/apimachinery';
import type { Call } from '../call.ts';

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

export interface AdmissionRequest {
  call: Call;
  operation: AdmissionOperation;
  /** The draft that will be written; absent for a deletion. A mutating plug-in changes it in place. */
  object?: KubeObject;
  /** What lies there now; absent for a creation. */
  old?: KubeObject;
}

/** One admission plug-in. A refusal is a thrown StatusError. */
export interface AdmissionPlugin {
  name: string;
  /** Cheap test that keeps the plug-in off requests that it has nothing to say about. */
  handles(request: AdmissionRequest): boolean;
  mutate?(request: AdmissionRequest): Promise<void> | void;
  validate?(request: AdmissionRequest): Promise<void> | void;
}

/** All mutating plug-ins in order, then (after defaults and validation, by a second call) all validating ones. */
export class Admission {
  readonly #plugins: readonly AdmissionPlugin[];

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#plugins = plugins;
  }

  async mutate(request: AdmissionRequest): Promise<void> {
    for (const plugin of this.#plugins) {
      if (plugin.mutate !== undefined && plugin.handles(request)) await plugin.mutate(request);
    }
  }

  async validate(request: AdmissionRequest): Promise<void> {
    for (const plugin of this.#plugins) {
      if (plugin.validate !== undefined && plugin.handles(request)) await plugin.validate(request);
    }
  }
}
