/** An object that an expression made: `Object{spec: …}`. */
import { unescapePropertyName } from '../types/property-names.ts';
import type { DeclaredType } from '../types/declared-type.ts';
import type { Type } from '../types/type.ts';
import { ObjectValue, type Value } from './value.ts';

export class FieldsObject extends ObjectValue {
  readonly type: Type;
  private readonly declared: DeclaredType | undefined;
  private readonly fields: ReadonlyMap<string, Value>;

  constructor(type: Type, declared: DeclaredType | undefined, fields: ReadonlyMap<string, Value>) {
    super();
    this.type = type;
    this.declared = declared;
    this.fields = fields;
  }

  get(name: string): Value | undefined {
    return this.fields.get(name);
  }

  has(name: string): boolean {
    return this.fields.has(name);
  }

  names(): Iterable<string> {
    return this.fields.keys();
  }

  /** The JSON property behind a field. */
  property(name: string): string {
    return this.declared?.fields?.get(name)?.property ?? unescapePropertyName(name) ?? name;
  }
}
