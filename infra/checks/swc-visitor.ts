import { Visitor } from '@swc/core/Visitor.js';
import type { Statement, VariableDeclaration } from '@swc/core';

/**
 * Teaches the visitor, through which dependency-cruiser reads a file, the statement `using x = …`, which it does not
 * know and would end at. The declaration is visited as if it were `const`.
 */
const visitStatement = Visitor.prototype.visitStatement;

Visitor.prototype.visitStatement = function visitUsingToo(this: Visitor, statement: Statement): Statement {
  if ((statement.type as string) !== 'UsingDeclaration') return visitStatement.call(this, statement);
  const { decls, span } = statement as unknown as { decls: VariableDeclaration['declarations']; span: VariableDeclaration['span'] };
  this.visitVariableDeclaration({ type: 'VariableDeclaration', kind: 'const', declare: false, declarations: decls, span });
  return statement;
};
