/** Lists, maps and objects that an expression writes out. Those of constants alone are made once, and cost nothing. */
import { EvaluationError } from '../errors.ts';
import type { Expr, ListLiteral, MapLiteral, StructLiteral } from '../parse/ast.ts';
import type { DeclaredType } from '../types/declared-type.ts';
import { EntryMap } from '../values/entry-map.ts';
import { FieldsObject } from '../values/fields-object.ts';
import { ArrayList, OptionalValue, type Value } from '../values/value.ts';
import { constant, constantOf } from './constant.ts';
import { type Evaluate, Frame } from './frame.ts';

const listCost = 10;
const mapCost = 30;
const structCost = 40;

export interface ObjectTypes {
  objectType(name: string): DeclaredType | undefined;
}

export function compileList(compile: (expr: Expr) => Evaluate, expr: ListLiteral): Evaluate {
  const elements = expr.elements.map((element) => compile(element));
  const { optional } = expr;
  const known = elements.map(constantOf);
  if (known.every((each) => each !== undefined) && !optional.includes(true)) {
    return constant(new ArrayList(known.map((each) => each.value)));
  }
  return (frame) => {
    frame.charge(listCost);
    const items: Value[] = [];
    for (let index = 0; index < elements.length; index++) {
      const value = (elements[index] as Evaluate)(frame);
      if (optional[index] !== true) items.push(value);
      else {
        const inner = unwrapEntry(value);
        if (inner !== undefined) items.push(inner);
      }
    }
    return new ArrayList(items);
  };
}

export function compileMap(compile: (expr: Expr) => Evaluate, expr: MapLiteral): Evaluate {
  const entries = expr.entries.map(({ key, value, optional }) => ({ key: compile(key), value: compile(value), optional }));
  const build: Evaluate = (frame) => {
    const map = new EntryMap();
    for (const entry of entries) {
      const key = entry.key(frame);
      const value = entry.optional ? unwrapEntry(entry.value(frame)) : entry.value(frame);
      if (value !== undefined) map.put(key, value);
    }
    return map;
  };
  const known = entries.every(({ key, value, optional }) => !optional && constantOf(key) !== undefined && constantOf(value) !== undefined);
  if (known) {
    try {
      return constant(build(new Frame({}, Infinity)));
    } catch (error) {
      // A map with a key of a wrong type fails when it is evaluated and not before.
      if (!(error instanceof EvaluationError)) throw error;
      return () => {
        throw error;
      };
    }
  }
  return (frame) => {
    frame.charge(mapCost);
    return build(frame);
  };
}

export function compileStruct(compile: (expr: Expr) => Evaluate, expr: StructLiteral, declarations: ObjectTypes): Evaluate {
  const type = expr.type as NonNullable<Expr['type']>;
  const fields = expr.fields.map(({ name, value, optional }) => ({ name, value: compile(value), optional }));
  const declared = declarations.objectType(type.name);
  return (frame) => {
    frame.charge(structCost);
    const values = new Map<string, Value>();
    for (const field of fields) {
      const value = field.optional ? unwrapEntry(field.value(frame)) : field.value(frame);
      if (value !== undefined) values.set(field.name, value);
    }
    return new FieldsObject(type, declared, values);
  };
}
function unwrapEntry(value: Value): Value | undefined {
  if (!(value instanceof OptionalValue)) throw new EvaluationError('cannot initialize optional entry from non-optional value');
  return value.value;
}
