/**
 * Patterns of tenants, matched in time linear in the text: RE2's syntax and semantics, never JavaScript's backtracking engine.
 */
import { RE2JS } from 're2js';
import { EvaluationError } from '../errors.ts';

const rememberedMax = 128;
const patternCharactersMax = 4_096;
const remembered = new Map<string, RE2JS>();

/** @throws {EvaluationError} the pattern is not one of RE2's, or is too large to be compiled */
export function compilePattern(pattern: string): RE2JS {
  const known = remembered.get(pattern);
  if (known !== undefined) return known;
  const compiled = compile(pattern);
  if (remembered.size >= rememberedMax) remembered.delete(remembered.keys().next().value as string);
  remembered.set(pattern, compiled);
  return compiled;
}

function compile(pattern: string): RE2JS {
  if (pattern.length > patternCharactersMax) throw new EvaluationError('error parsing regexp: expression too large');
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw new EvaluationError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

export function matches(text: string, pattern: string): boolean {
  return compilePattern(pattern).test(text);
}
