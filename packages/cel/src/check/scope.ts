/** What names mean to the checker: variables of the environment, and those of the comprehensions around an expression. */
import type { FunctionDeclaration } from '../functions/declaration.ts';
import type { DeclaredType } from '../types/declared-type.ts';
import type { Type } from '../types/type.ts';

export interface Declarations {
  readonly variables: ReadonlyMap<string, DeclaredType>;
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  /** Types whose names are values: `int`, `net.IP`. */
  readonly typeNames: ReadonlyMap<string, Type>;
  /** The declaration of an object type. */
  objectType(name: string): DeclaredType | undefined;
}

export interface Scope {
  readonly names: ReadonlyMap<string, Type>;
  readonly parent: Scope | undefined;
}

export function lookup(scope: Scope | undefined, name: string): Type | undefined {
  for (let each = scope; each !== undefined; each = each.parent) {
    const type = each.names.get(name);
    if (type !== undefined) return type;
  }
  return undefined;
}
