import { type KubeObject, isStatusError } from '@kajitori/apimachinery';
import type { Bindings } from '@kajitori/cel';
import { compileExpression, type Expression, type Kind, madeJson, type MutatingAdmissionPolicy } from '@kajitori/kinds';
import { applyJsonPatch, atomicPath, mergeApplied } from '@kajitori/schema';
import { type Budget, evaluate } from '../dynamic/expressions.ts';
import { settledObject } from '../dynamic/settled-object.ts';
import { type PolicyBase, policyBase } from './policy.ts';

export interface MutatingPolicy extends PolicyBase {
  mutations: readonly CompiledMutation[];
  reinvokes: boolean;
  /** Conditions apart, all of them: for what they read. */
  expressions: readonly Expression[];
}

export interface CompiledMutation {
  patchType: 'ApplyConfiguration' | 'JSONPatch';
  expression: Expression;
}

export function mutatingPolicyOf({ metadata, spec }: MutatingAdmissionPolicy): MutatingPolicy[] {
  const { base, scope } = policyBase(metadata.name ?? '', spec);
  const mutations = (spec.mutations ?? []).map(({ patchType, applyConfiguration, jsonPatch }): CompiledMutation => {
    const applies = patchType === 'ApplyConfiguration';
    const source = (applies ? applyConfiguration : jsonPatch)?.expression ?? '';
    return {
      patchType: applies ? 'ApplyConfiguration' : 'JSONPatch',
      expression: compileExpression(source, { ...scope, mutates: true }),
    };
  });
  const expressions = [...base.variables.map(({ expression }) => expression), ...mutations.map(({ expression }) => expression)];
  return [{ ...base, mutations, reinvokes: spec.reinvocationPolicy === 'IfNeeded', expressions }];
}

/** A mutation could not be made; the policy's failure policy decides what that means. */
export class MutationError extends Error {
  override readonly name = 'MutationError';
}

/** The object after a mutation, decoded and defaulted; the same one when it changes nothing. @throws MutationError */
export function mutated(
  { patchType, expression }: CompiledMutation,
  object: KubeObject,
  kind: Kind,
  bindings: Bindings,
  budget: Budget,
): KubeObject {
  const { value, error } = evaluate(expression, bindings, budget);
  if (error !== undefined) throw new MutationError(error);
  const made = madeJson(value);
  try {
    const changed = patchType === 'ApplyConfiguration' ? applied(object, made, kind) : patched(object, made);
    if (changed === undefined) return object;
    const settled = settledObject(changed, object, kind);
    return JSON.stringify(settled) === JSON.stringify(object) ? object : settled;
  } catch (failure) {
    if (!isStatusError(failure)) throw failure;
    throw new MutationError(failure.message, { cause: failure });
  }
}

function applied(object: KubeObject, configuration: unknown, { schema: { schema } }: Kind): KubeObject {
  const atomic = atomicPath(schema, configuration);
  if (atomic !== undefined) {
    throw new MutationError(`invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomic}`);
  }
  const { apiVersion, kind } = object;
  return { ...(mergeApplied(schema, object, configuration) as KubeObject), apiVersion, kind };
}

/** Undefined when a test of the patch fails: then it is not meant for this object. */
function patched(object: KubeObject, operations: unknown): KubeObject | undefined {
  try {
    return applyJsonPatch(object, operations) as KubeObject;
  } catch (error) {
    if (isStatusError(error) && error.message.endsWith(': test failed')) return undefined;
    throw error;
  }
}
