/** PLACEHOLDER until the package cel evaluates. */
export interface Expression {
  source: string;
}
export function compileExpression(source: string): Expression {
  return { source };
}
export function evaluateTo(_type: 'bool', { source }: Expression, _bindings: unknown): { value?: boolean; error?: string } {
  return { error: `expression '${source}' resulted in error: not yet` };
}
