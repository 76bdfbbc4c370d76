/**
 * Puts the parts together: declarations to an environment, sources to programs. An environment is immutable and cheap to
 * extend; the tables of its functions are shared by all that extend it.
 */
import { check } from './check/checker.ts';
import { checkLiterals } from './check/literal-rules.ts';
import type { Declarations } from './check/scope.ts';
import { estimateCost } from './cost/estimate.ts';
import { CompileError, CostLimitError, EvaluationError, type Issue } from './errors.ts';
import { type Compiled, compile } from './evaluate/compiler.ts';
import { Frame } from './evaluate/frame.ts';
import type { FunctionDeclaration, Library } from './functions/declaration.ts';
import { standardLibrary } from './library/standard.ts';
import type { Expr } from './parse/ast.ts';
import { parse } from './parse/parser.ts';
import {
  type Bindings,
  type Compilation,
  type CostRange,
  type Environment,
  type EnvironmentOptions,
  type EvaluateOptions,
  type Evaluation,
  perCallCostMax,
  type Program,
} from './program.ts';
import type { Source } from './source/source.ts';
import type { DeclaredType } from './types/declared-type.ts';
import { type Type, types } from './types/type.ts';
import { metered } from './values/meter.ts';
import { kubernetesLibraries } from './library/kubernetes.ts';

export function createEnvironment(options: EnvironmentOptions): Environment {
  const libraries = [standardLibrary, ...(options.libraries ?? kubernetesLibraries)];
  return new DeclaredEnvironment(tablesOf(libraries), new Map(Object.entries(options.variables)), options.objectType);
}

interface Tables {
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  readonly typeNames: ReadonlyMap<string, Type>;
}

const languageTypes = [
  types.bool,
  types.bytes,
  types.double,
  types.duration,
  types.int,
  types.list(types.dyn),
  types.map(types.dyn, types.dyn),
  types.null,
  types.optional(types.dyn),
  types.string,
  types.timestamp,
  types.type(types.dyn),
  types.uint,
];

const tablesBySet = new WeakMap<Library, { readonly libraries: readonly Library[]; readonly tables: Tables }[]>();

/** Tables are made once for a list of libraries. */
function tablesOf(libraries: readonly Library[]): Tables {
  const key = libraries.at(-1) as Library;
  const made = tablesBySet.get(key) ?? [];
  tablesBySet.set(key, made);
  const found = made.find(
    (each) => each.libraries.length === libraries.length && each.libraries.every((one, index) => one === libraries[index]),
  );
  if (found !== undefined) return found.tables;
  const functions = new Map<string, FunctionDeclaration>();
  for (const declared of libraries.flatMap((library) => library.functions)) {
    const overloads = functions.get(declared.name)?.overloads ?? [];
    functions.set(declared.name, { name: declared.name, overloads: [...overloads, ...declared.overloads] });
  }
  const named = [...languageTypes, ...libraries.flatMap((library) => library.types ?? [])];
  const tables = { functions, typeNames: new Map(named.map((type) => [type.name, type])) };
  made.push({ libraries, tables });
  return tables;
}

class DeclaredEnvironment implements Environment, Declarations {
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  readonly typeNames: ReadonlyMap<string, Type>;
  readonly variables: ReadonlyMap<string, DeclaredType>;
  private readonly tables: Tables;
  private readonly extraObjectType: EnvironmentOptions['objectType'];
  private objectTypes: Map<string, DeclaredType> | undefined;

  constructor(tables: Tables, variables: ReadonlyMap<string, DeclaredType>, extraObjectType: EnvironmentOptions['objectType']) {
    this.tables = tables;
    this.functions = tables.functions;
    this.typeNames = tables.typeNames;
    this.variables = variables;
    this.extraObjectType = extraObjectType;
  }

  extend(variables: Readonly<Record<string, DeclaredType>>): Environment {
    return new DeclaredEnvironment(this.tables, new Map([...this.variables, ...Object.entries(variables)]), this.extraObjectType);
  }

  compile(source: string): Compilation {
    const parsed = parse(source);
    if (parsed.expr === undefined) return { error: parsed.error as CompileError };
    const issues: Issue[] = [];
    const outputType = check(parsed.expr, parsed.source, this, issues);
    if (issues.length === 0) checkLiterals(parsed.expr, parsed.source, issues);
    const error = parsed.source.error(issues);
    if (error !== undefined) return { error };
    try {
      return { program: new CompiledProgram(parsed.source, parsed.expr, compile(parsed.expr, this), outputType, this.variables) };
    } catch (failure) {
      if (!(failure instanceof EvaluationError)) throw failure;
      return { error: new CompileError(failure.message, [], 'program instantiation') };
    }
  }

  objectType(name: string): DeclaredType | undefined {
    this.objectTypes ??= collectObjectTypes(this.variables.values());
    return this.objectTypes.get(name) ?? this.extraObjectType?.(name);
  }
}

function collectObjectTypes(declared: Iterable<DeclaredType>): Map<string, DeclaredType> {
  const found = new Map<string, DeclaredType>();
  const visit = (type: DeclaredType): void => {
    if (type.items !== undefined) visit(type.items);
    if (type.fields === undefined || found.has(type.type.name)) return;
    found.set(type.type.name, type);
    for (const field of type.fields.values()) visit(field.type);
  };
  for (const type of declared) visit(type);
  return found;
}

class CompiledProgram implements Program {
  readonly outputType: Type;
  private readonly text: Source;
  private readonly expr: Expr;
  private readonly variables: ReadonlyMap<string, DeclaredType>;
  private readonly compiled: Compiled;

  constructor(text: Source, expr: Expr, compiled: Compiled, outputType: Type, variables: ReadonlyMap<string, DeclaredType>) {
    this.text = text;
    this.expr = expr;
    this.variables = variables;
    this.outputType = outputType;
    this.compiled = compiled;
  }

  get source(): string {
    return this.text.text;
  }

  estimateCost(): CostRange {
    return estimateCost(this.expr, this.variables);
  }

  readsVariable(name: string): boolean {
    return this.compiled.globals.includes(name);
  }

  evaluate(bindings: Bindings, { costMax = perCallCostMax }: EvaluateOptions = {}): Evaluation {
    const frame = new Frame(bindings, costMax);
    try {
      const value = metered(() => this.compiled.evaluate(frame));
      return { value, cost: frame.cost };
    } catch (error) {
      if (error instanceof EvaluationError || error instanceof CostLimitError) error.cost = frame.cost;
      throw error;
    }
  }
}
