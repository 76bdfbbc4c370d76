import { badRequest } from '@kajitori/apimachinery';
import { isRecord } from '../walk/compiled.ts';
import { depthMax } from '../walk/depth.ts';

/**
 * A set of field paths: what one manager owns. It is kept in the shape of `FieldsV1`, a tree whose edges are path elements
 * (`f:NAME` for a field, `k:{…}` for a list item by its keys, `v:…` for a set's member), because paths share beginnings.
 * Immutable: every operation gives a new set and shares what did not change.
 */
export class FieldSet {
  /** Whether the path that leads here is itself in the set. */
  readonly member: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;

  private constructor(member: boolean, children: ReadonlyMap<string, FieldSet>) {
    this.member = member;
    this.children = children;
  }

  static readonly empty: FieldSet = new FieldSet(false, new Map());
  static readonly leaf: FieldSet = new FieldSet(true, new Map());

  static of(member: boolean, children: ReadonlyMap<string, FieldSet>): FieldSet {
    if (children.size === 0) return member ? FieldSet.leaf : FieldSet.empty;
    return new FieldSet(member, children);
  }

  /** A set of paths of field names: `paths(['metadata', 'name'])`. */
  static paths(...paths: readonly (readonly string[])[]): FieldSet {
    let set = FieldSet.empty;
    for (const path of paths) {
      let one = FieldSet.leaf;
      for (const name of path.toReversed()) one = FieldSet.of(false, new Map([[`f:${name}`, one]]));
      set = set.union(one);
    }
    return set;
  }

  get isEmpty(): boolean {
    return !this.member && this.children.size === 0;
  }

  union(other: FieldSet): FieldSet {
    if (other.isEmpty || other === this) return this;
    if (this.isEmpty) return other;
    const children = new Map(this.children);
    for (const [element, child] of other.children) children.set(element, children.get(element)?.union(child) ?? child);
    return FieldSet.of(this.member || other.member, children);
  }

  /** The paths that are not in the other set, though others below or above them may be. */
  difference(other: FieldSet): FieldSet {
    return this.#without(other, false);
  }

  /** As `difference`, and without whatever lies below a path of the other set. */
  differenceBelow(other: FieldSet): FieldSet {
    return this.#without(other, true);
  }

  #without(other: FieldSet, below: boolean): FieldSet {
    if (other.isEmpty) return this;
    if (below && other.member) return FieldSet.empty;
    const children = new Map<string, FieldSet>();
    for (const [element, child] of this.children) {
      const rest = child.#without(other.children.get(element) ?? FieldSet.empty, below);
      if (!rest.isEmpty) children.set(element, rest);
    }
    return FieldSet.of(this.member && !other.member, children);
  }

  intersection(other: FieldSet): FieldSet {
    const children = new Map<string, FieldSet>();
    for (const [element, child] of this.children) {
      const both = child.intersection(other.children.get(element) ?? FieldSet.empty);
      if (!both.isEmpty) children.set(element, both);
    }
    return FieldSet.of(this.member && other.member, children);
  }

  equals(other: FieldSet): boolean {
    if (this.member !== other.member || this.children.size !== other.children.size) return false;
    for (const [element, child] of this.children) if (other.children.get(element)?.equals(child) !== true) return false;
    return true;
  }

  /** Every path below, as its elements: at each place first the paths that end there, then the longer ones. */
  *paths(): Generator<string[]> {
    const elements = [...this.children.keys()].sort();
    for (const element of elements) if (this.children.get(element)?.member === true) yield [element];
    for (const element of elements) for (const rest of this.children.get(element)?.paths() ?? []) yield [element, ...rest];
  }

  /** As `fieldsV1` of a managedFields entry. */
  toFieldsV1(): Record<string, unknown> {
    const fields: Record<string, unknown> = {};
    if (this.member && this.children.size > 0) fields['.'] = {};
    for (const element of [...this.children.keys()].sort()) fields[element] = this.children.get(element)?.toFieldsV1();
    return fields;
  }

  /** @throws StatusError BadRequest for what is no FieldsV1. */
  static fromFieldsV1(fields: unknown): FieldSet {
    // The root itself is no path, so an empty object there is an empty set.
    return isRecord(fields) && Object.keys(fields).length === 0 ? FieldSet.empty : parse(fields, depthMax);
  }
}

function parse(fields: unknown, left: number): FieldSet {
  if (!isRecord(fields) || left === 0) throw badRequest('metadata.managedFields: fieldsV1 is not a set of fields');
  const keys = Object.keys(fields);
  const children = new Map<string, FieldSet>();
  for (const key of keys) {
    if (key === '.') continue;
    if (!/^[fkvi]:/.test(key)) throw badRequest(`metadata.managedFields: ${JSON.stringify(key)} is not a path element`);
    children.set(key, parse(fields[key], left - 1));
  }
  return FieldSet.of(keys.length === 0 || keys.includes('.'), children);
}

/** A path as messages say it: `.spec.containers[name="web"].image`. */
export function pathText(path: readonly string[]): string {
  return path.map(elementText).join('');
}

function elementText(element: string): string {
  const value = element.slice(2);
  switch (element[0]) {
    case 'f':
      return `.${value}`;
    case 'k': {
      const keys = JSON.parse(value) as Record<string, unknown>;
      return `[${Object.entries(keys)
        .map(([key, one]) => `${key}=${JSON.stringify(one)}`)
        .join(',')}]`;
    }
    case 'v':
      return `[=${value}]`;
    default:
      return `[${value}]`;
  }
}
