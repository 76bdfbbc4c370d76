import type { Program } from '@kajitori/cel';
import { type FieldError, forbiddenField } from '@kajitori/apimachinery';
import type { CompiledRule } from '../custom-resources/rules/compiled-rules.ts';

/** What one rule may be estimated to cost for one object, and all rules of a schema together, in CEL's units. */
const ruleCostMax = 10_000_000;
const schemaCostMax = 100_000_000;
/** The costliest rules are named when all together are too much, if they are at least this part of it. */
const namedMax = 4;
const namedShareMin = 0.01;

const hint = '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)';

/** Adds up what the rules of one schema may cost, at the sizes that the schema allows. */
export class SchemaCosts {
  #total = 0;
  readonly #rules: { path: string; cost: number }[] = [];

  /** What is wrong with a rule that may run so often. */
  of({ program, messageProgram }: CompiledRule, path: string, timesMax: number): FieldError[] {
    return [
      ...this.#expression(program, `${path}.rule`, { what: 'estimated rule cost', timesMax }),
      ...this.#expression(messageProgram, `${path}.messageExpression`, { what: 'estimated messageExpression cost', timesMax }),
    ];
  }

  /** What is wrong with all of them together. */
  errors(field: string): FieldError[] {
    if (this.#total <= schemaCostMax) return [];
    const costly = this.#rules.filter(({ cost }) => cost >= this.#total * namedShareMin).toSorted((a, b) => b.cost - a.cost);
    const detail = 'contributed to estimated rule & messageExpression cost total exceeding cost limit for entire OpenAPIv3 schema';
    const what = 'x-kubernetes-validations estimated rule & messageExpression cost total for entire OpenAPIv3 schema';
    return [
      ...costly.slice(0, namedMax).map(({ path }) => forbiddenField(path, detail)),
      forbiddenField(field, tooCostly(what, this.#total, schemaCostMax)),
    ];
  }

  #expression(program: Program | undefined, path: string, { what, timesMax }: { what: string; timesMax: number }): FieldError[] {
    if (program === undefined) return [];
    const cost = program.estimateCost().max * timesMax;
    this.#total += cost;
    this.#rules.push({ path, cost });
    return cost > ruleCostMax ? [forbiddenField(path, tooCostly(what, cost, ruleCostMax))] : [];
  }
}

function tooCostly(what: string, cost: number, max: number): string {
  const factor = cost / max;
  const shown = factor > 100 ? 'more than 100x' : `${factor < 1.5 ? factor.toFixed(6) : factor.toFixed(1)}x`;
  return `${what} exceeds budget by factor of ${shown} ${hint}`;
}
