/**
 * The probes of this node's running containers. Owns when each is asked, and what its answers add up to.
 *
 * Invariant: liveness and readiness are asked only after startup has succeeded; the results of a container are forgotten with it. It must not kill or
 * restart: it says what it found, by container id.
 */
import type { Container, Probe } from '@kajitori/kinds';
import type { ProbeResults } from '../model/pod-activity.ts';
import type { PodEvent } from '../model/pod-plan.ts';
import { type ProbeResult, type RunInContainer, check } from './check.ts';
import { ProbeCounter, type ProbeKind, type Verdict } from './probe-counter.ts';

export interface ProbedContainer {
  id: string;
  podUid: string;
  container: Container;
  podIp: string;
  startedAt: Date;
  fieldPath: string;
  /** What was known of it before this process: a container that was ready stays so until a probe says otherwise. */
  known: ProbeResults;
}

export interface ProbesOptions {
  run: (containerId: string) => RunInContainer;
  /** The results of one of the pod's containers changed. */
  onChange: (podUid: string) => void;
  onEvent: (podUid: string, event: PodEvent) => void;
}

const kindsOf = {
  startup: (container: Container) => container.startupProbe,
  liveness: (container: Container) => container.livenessProbe,
  readiness: (container: Container) => container.readinessProbe,
} as const;

const titles: Record<ProbeKind, string> = { startup: 'Startup', liveness: 'Liveness', readiness: 'Readiness' };

interface Watched {
  target: ProbedContainer;
  results: ProbeResults;
  timers: Map<ProbeKind, NodeJS.Timeout>;
  over: boolean;
}

export class Probes implements Disposable {
  readonly #options: ProbesOptions;
  readonly #watched = new Map<string, Watched>();

  constructor(options: ProbesOptions) {
    this.#options = options;
  }

  [Symbol.dispose](): void {
    for (const id of this.#watched.keys()) this.#stop(id);
  }

  /** By container id. */
  results(podUid: string): ReadonlyMap<string, ProbeResults> {
    const own = [...this.#watched.values()].filter(({ target }) => target.podUid === podUid);
    return new Map(own.map(({ target, results }) => [target.id, results]));
  }

  /** From now on exactly these containers of the pod are probed. */
  watch(podUid: string, targets: readonly ProbedContainer[]): void {
    const wanted = new Set(targets.map(({ id }) => id));
    for (const [id, { target }] of this.#watched) if (target.podUid === podUid && !wanted.has(id)) this.#stop(id);
    for (const target of targets) if (!this.#watched.has(target.id)) this.#start(target);
  }

  #start(target: ProbedContainer): void {
    const watched: Watched = { target, results: target.known, timers: new Map(), over: false };
    this.#watched.set(target.id, watched);
    if (target.container.startupProbe !== undefined && target.known.started !== true)
      this.#schedule(watched, 'startup', target.container.startupProbe);
    else this.#startOthers(watched);
  }

  #startOthers(watched: Watched): void {
    for (const kind of ['liveness', 'readiness'] as const) {
      const probe = kindsOf[kind](watched.target.container);
      if (probe !== undefined) this.#schedule(watched, kind, probe);
    }
  }

  #stop(id: string): void {
    const watched = this.#watched.get(id);
    if (watched === undefined) return;
    watched.over = true;
    for (const timer of watched.timers.values()) clearTimeout(timer);
    this.#watched.delete(id);
  }

  #schedule(watched: Watched, kind: ProbeKind, probe: Probe): void {
    const counter = new ProbeCounter(probe);
    const initialMilliseconds = watched.target.startedAt.getTime() + (probe.initialDelaySeconds ?? 0) * 1000 - Date.now();
    const next = (milliseconds: number): void => {
      watched.timers.set(
        kind,
        setTimeout(() => void turn(), Math.max(milliseconds, 0)),
      );
    };
    const turn = async (): Promise<void> => {
      const from = performance.now();
      const { container, podIp, id } = watched.target;
      const result = await check(probe, { container, podIp, run: this.#options.run(id) });
      if (watched.over) return;
      const verdict = counter.add(result);
      this.#report(watched, kind, result);
      if (this.#apply(watched, kind, probe, verdict)) next((probe.periodSeconds ?? 10) * 1000 - (performance.now() - from));
    };
    next(initialMilliseconds);
  }

  /** What the verdict changes. False: this probe has said its last word. */
  #apply(watched: Watched, kind: ProbeKind, probe: Probe, verdict: Verdict): boolean {
    if (verdict === undefined) return true;
    if (kind === 'readiness') {
      if (watched.results.ready !== (verdict === 'success')) this.#change(watched, { ready: verdict === 'success' });
      return true;
    }
    if (verdict === 'failure') {
      const graceSeconds = probe.terminationGracePeriodSeconds;
      this.#change(watched, { failed: { probe: kind, ...(graceSeconds === undefined ? {} : { graceSeconds }) } });
      return false;
    }
    if (kind === 'liveness') return true;
    this.#change(watched, { started: true });
    this.#startOthers(watched);
    return false;
  }

  #change(watched: Watched, change: Partial<ProbeResults>): void {
    watched.results = { ...watched.results, ...change };
    this.#options.onChange(watched.target.podUid);
  }

  #report({ target }: Watched, kind: ProbeKind, result: ProbeResult): void {
    if (result.outcome === 'success') return;
    const verb = result.outcome === 'failure' ? 'failed' : 'errored';
    this.#options.onEvent(target.podUid, {
      type: 'Warning',
      reason: 'Unhealthy',
      message: `${titles[kind]} probe ${verb}: ${result.output}`,
      fieldPath: target.fieldPath,
    });
  }
}
