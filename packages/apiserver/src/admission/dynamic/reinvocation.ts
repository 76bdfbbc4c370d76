import type { KubeObject } from '@kajitori/apimachinery';
import type { MutationRound } from '../admission.ts';

/**
 * Which mutating hooks see an object a second time (reinvocationPolicy IfNeeded): those that saw it before another changed it. One
 * ledger a plug-in and request; it lives over both rounds.
 */
export class Reinvocation {
  #round: MutationRound['number'] = 0;
  /** Hooks that may be invoked again and have seen the object as it is now. */
  readonly #seen = new Set<string>();
  /** Hooks that are to be invoked again. */
  readonly #due = new Set<string>();
  #output = '';

  /** The ledger of this plug-in, brought to this round. */
  static of(round: MutationRound, plugin: string, object: KubeObject | undefined): Reinvocation {
    let ledger = round.notes.get(plugin) as Reinvocation | undefined;
    if (ledger === undefined) round.notes.set(plugin, (ledger = new Reinvocation()));
    ledger.#round = round.number;
    // Others changed it since this plug-in ended its first round.
    if (round.number > 0 && JSON.stringify(object) !== ledger.#output) ledger.objectChanged();
    return ledger;
  }

  invokes(hook: string): boolean {
    return this.#round === 0 || this.#due.has(hook);
  }

  /** All that saw the object before are to see it again. */
  objectChanged(): void {
    for (const hook of this.#seen) this.#due.add(hook);
    this.#seen.clear();
  }

  /** It has seen the object, and its policy is IfNeeded. */
  mayInvokeAgain(hook: string): void {
    this.#seen.add(hook);
  }

  end(object: KubeObject | undefined): void {
    this.#output = JSON.stringify(object) ?? '';
  }
}
