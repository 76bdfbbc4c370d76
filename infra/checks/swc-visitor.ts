import { Visitor } from '@swc/core/Visitor.js';
import type { Statement, VariableDeclaration } from '@swc/core';

type VisitStatement = (this: Visitor, statement: Statement) => Statement;

/**
 * Teaches the visitor, through which dependency-cruiser reads a file, the statement `using x = …`, which it does not
 * know and would end at. The declaration is visited as if it were `const`.
 */
export function teachUsing(): void {
  const visitStatement = (Visitor.prototype as { visitStatement: VisitStatement }).visitStatement;
  const visitUsingToo: VisitStatement = function visit(statement) {
    if ((statement.type as string) !== 'UsingDeclaration') return visitStatement.call(this, statement);
    const { decls, span } = statement as unknown as { decls: VariableDeclaration['declarations']; span: VariableDeclaration['span'] };
    this.visitVariableDeclaration({ type: 'VariableDeclaration', kind: 'const', declare: false, declarations: decls, span });
    return statement;
  };
  Reflect.set(Visitor.prototype, 'visitStatement', visitUsingToo);
}
