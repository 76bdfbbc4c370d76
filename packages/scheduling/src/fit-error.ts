/** What became of making room: it worked, it could not help, or it was not tried. */
export type Preempting = 'succeeds' | 'helpless' | 'never' | 'awaits';

const ineligible = {
  never: 'not eligible due to preemptionPolicy=Never.',
  awaits: 'not eligible due to a terminating pod on the nominated node.',
} as const;

/** Why no node does, counted by reason: what kube-scheduler writes into the event and the condition. */
export class FitError {
  readonly #nodes: number;
  readonly #reasons = new Map<string, number>();
  #unhelped = 0;
  #unresolvable = 0;
  /** Names of the plugins that rejected a node. */
  readonly plugins = new Set<string>();

  constructor(nodes: number) {
    this.#nodes = nodes;
  }

  add(plugin: string, reasons: readonly string[], resolvable: boolean): void {
    this.plugins.add(plugin);
    for (const reason of reasons) this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    if (resolvable) this.#unhelped += 1;
    else this.#unresolvable += 1;
  }

  /** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {a: b}. preemption: …` */
  message(preempting: Preempting): string {
    if (this.#nodes === 0) return 'no nodes available to schedule pods';
    const head = this.#head(this.#reasons);
    return preempting === 'succeeds'
      ? head
      : `${head} preemption: ${preempting === 'helpless' ? this.#preemption() : ineligible[preempting]}`;
  }

  #preemption(): string {
    const reasons = new Map<string, number>();
    if (this.#unhelped > 0) reasons.set('No preemption victims found for incoming pod', this.#unhelped);
    if (this.#unresolvable > 0) reasons.set('Preemption is not helpful for scheduling', this.#unresolvable);
    return this.#head(reasons);
  }

  #head(reasons: ReadonlyMap<string, number>): string {
    const said = [...reasons].map(([reason, count]) => `${count} ${reason}`).sort();
    return `0/${this.#nodes} nodes are available: ${said.join(', ')}.`;
  }
}
