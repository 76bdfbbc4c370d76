import type { ReconcileKey } from '../key.ts';
import type { Outcome } from '../outcome.ts';

/** A cluster that this process holds: what lives in memory for it until it is idle. */
export interface ActiveCluster extends AsyncDisposable {
  reconcile(key: ReconcileKey, signal: AbortSignal): Promise<Outcome>;
  /** Every change up to here has become keys. */
  readonly revision: number;
  /** Objects in memory. */
  readonly objects: number;
  /** When anything last changed, by `performance.now()`. */
  readonly lastChangeAt: number;
}
