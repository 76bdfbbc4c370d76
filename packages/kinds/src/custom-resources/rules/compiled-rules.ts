import { createEnvironment, declare, declareSchema, type DeclaredType, type Program, types } from '@kajitori/cel';
import type { Schema } from '@kajitori/schema';
import type { ValidationRule } from '../../apiextensions/json-schema-props.ts';

/** One rule of a schema, ready to run. */
export interface CompiledRule {
  rule: ValidationRule;
  /** Absent when it does not compile: then `error` says why, and every object is told so. */
  program?: Program;
  error?: string;
  messageProgram?: Program;
  messageError?: string;
  usesOldSelf: boolean;
}

/** The rules at one place of a schema and the places below that have any. */
export interface RuleNode {
  schema: Schema;
  declared: DeclaredType;
  rules: CompiledRule[];
  properties: ReadonlyMap<string, RuleNode>;
  values?: RuleNode;
  items?: RuleNode;
}

const trees = new WeakMap<Schema, { node: RuleNode | undefined }>();

/** The rules of a whole object's schema, compiled once; undefined when it has none. */
export function compiledRules(schema: Schema): RuleNode | undefined {
  let tree = trees.get(schema);
  if (tree === undefined) {
    tree = { node: nodeOf(schema, 'selfType', true) };
    trees.set(schema, tree);
  }
  return tree.node;
}

function nodeOf(schema: Schema, path: string, isRoot = false): RuleNode | undefined {
  // The catalogue's types inside (metadata) have no rules of this kind.
  if (schema.typeName !== undefined) return undefined;
  const properties = new Map<string, RuleNode>();
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    const node = nodeOf(child, `${path}.${key}`);
    if (node !== undefined) properties.set(key, node);
  }
  const values = typeof schema.additionalProperties === 'object' ? nodeOf(schema.additionalProperties, `${path}.@values`) : undefined;
  const items = schema.items === undefined ? undefined : nodeOf(schema.items, `${path}.@items`);
  const rules = (schema['x-kubernetes-validations'] ?? []) as ValidationRule[];
  if (rules.length === 0 && properties.size === 0 && values === undefined && items === undefined) return undefined;
  const declared = rules.length === 0 ? undefined : declareSchema(schema, { name: path, isResource: isRoot });
  return {
    schema,
    declared: declared ?? declare.dyn,
    rules: rules.map((rule) => compileRule(rule, declared ?? declare.dyn)),
    properties,
    ...(values === undefined ? {} : { values }),
    ...(items === undefined ? {} : { items }),
  };
}

/** Compiles a rule against the type of what it is about. Never throws: what is wrong is said in the answer. */
export function compileRule(rule: ValidationRule, self: DeclaredType): CompiledRule {
  const oldSelf = rule.optionalOldSelf === true ? declare.of(types.optional(self.type)) : self;
  const environment = createEnvironment({ variables: { self, oldSelf } });
  const { program, error } = environment.compile(rule.rule);
  const compiled: CompiledRule = { rule, usesOldSelf: program?.readsVariable('oldSelf') === true };
  if (program === undefined) compiled.error = `compilation failed: ${error.message}`;
  else if (program.outputType.kind === 'bool') compiled.program = program;
  else compiled.error = 'cel expression must evaluate to a bool';
  if (rule.messageExpression === undefined || rule.messageExpression === '') return compiled;
  const message = environment.compile(rule.messageExpression);
  if (message.program === undefined) compiled.messageError = `messageExpression compilation failed: ${message.error.message}`;
  else if (message.program.outputType.kind === 'string') compiled.messageProgram = message.program;
  else compiled.messageError = 'messageExpression must evaluate to a string';
  return compiled;
}
