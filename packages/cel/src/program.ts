/**
 * What the users of this package hold: an environment compiles sources to programs, a program evaluates for bindings.
 */
import type { CompileError } from './errors.ts';
import type { Library } from './functions/declaration.ts';
import type { DeclaredType } from './types/declared-type.ts';
import type { Type } from './types/type.ts';
import type { Value } from './values/value.ts';

/** Bounds of what an evaluation costs, in CEL's units. `max` is 2⁶⁴ when nothing bounds it. */
export interface CostRange {
  readonly min: number;
  readonly max: number;
}

/** Values of the variables by name. A function is called when the variable is first read, once an evaluation. */
export type Bindings = Readonly<Record<string, Value | (() => Value)>>;

export interface EvaluateOptions {
  /** Most cost units; `perCallCostMax` (1,000,000) unless told. */
  readonly costMax?: number;
}

export interface Evaluation {
  readonly value: Value;
  /** Units spent. */
  readonly cost: number;
}

export interface Program {
  readonly source: string;
  /** The type of what it evaluates to. */
  readonly outputType: Type;
  /** Whether the source reads this variable: rules with `oldSelf` are transition rules. */
  readsVariable(name: string): boolean;
  /** Bounds of the cost from the sizes that the variables' declared types carry. Worked out when it is asked for. */
  estimateCost(): CostRange;
  /**
   * @throws {EvaluationError} the expression fails for these values
   * @throws {CostLimitError} it costs more than `costMax`
   * Both carry `cost`, the units spent until then.
   */
  evaluate(bindings: Bindings, options?: EvaluateOptions): Evaluation;
}

export type Compilation =
  | { readonly program: Program; readonly error?: undefined }
  | { readonly program?: undefined; readonly error: CompileError };

export interface EnvironmentOptions {
  readonly variables: Readonly<Record<string, DeclaredType>>;
  /** Beside the language's own functions; `kubernetesLibraries` unless told. */
  readonly libraries?: readonly Library[];
  /** Types that expressions may make objects of, beyond those of the variables. */
  readonly objectType?: (name: string) => DeclaredType | undefined;
}

/** Variables and functions that sources may use. Immutable; make one for many compilations. */
export interface Environment {
  compile(source: string): Compilation;
  /** This environment with more variables. */
  extend(variables: Readonly<Record<string, DeclaredType>>): Environment;
}

/** What one evaluation may cost in Kubernetes, in CEL's units. */
export const perCallCostMax = 1_000_000;
