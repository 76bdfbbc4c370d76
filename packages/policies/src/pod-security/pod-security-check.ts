import { type Container, everyContainer, type PodSpec, type PodTemplateSpec } from '@kajitori/kinds';

/** A pod, or the template of one. */
export type CheckedPod = Pick<PodTemplateSpec, 'metadata' | 'spec'>;

/** Why a pod is forbidden: in short, and what of it is to blame. */
export interface Violation {
  reason: string;
  detail: string;
}

/** One rule of the Pod Security Standards. `minor`: since which version of Kubernetes its levels know it. */
export interface PodSecurityCheck {
  name: string;
  minor: number;
  /** Another rule that says more, from the version on that has both. */
  overriddenBy?: string;
  check: (pod: CheckedPod, minor: number) => Violation | undefined;
}

/** Those that set a value which is forbidden, or fail to set one: the pod as a whole, and containers by name. */
export class Setters {
  readonly #values = new Set<string>();
  readonly #containers: string[] = [];
  #pod = false;

  pod(...values: string[]): void {
    this.#pod = true;
    for (const value of values) this.#values.add(value);
  }

  container({ name }: Container, ...values: string[]): void {
    this.#containers.push(name);
    for (const value of values) this.#values.add(value);
  }

  get found(): boolean {
    return this.#pod || this.#containers.length > 0;
  }

  /** `pod and containers "a", "b"`. */
  get names(): string {
    return [...(this.#pod ? ['pod'] : []), ...(this.#containers.length > 0 ? [this.containers] : [])].join(' and ');
  }

  get containers(): string {
    return `${plural(this.#containers.length, 'container')} ${quoted(this.#containers)}`;
  }

  get count(): number {
    return this.#containers.length;
  }

  get values(): string[] {
    return [...this.#values].sort();
  }
}

/** Containers that a test blames, each with the values that it found. */
export function blamed(spec: PodSpec, test: (container: Container) => readonly string[] | boolean): Setters {
  const setters = new Setters();
  for (const container of everyContainer(spec)) {
    const found = test(container);
    if (found === true) setters.container(container);
    else if (found !== false && found.length > 0) setters.container(container, ...found);
  }
  return setters;
}

export function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`;
}

export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
