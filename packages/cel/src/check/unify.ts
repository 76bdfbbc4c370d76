/**
 * Whether a type fits another, finding the types that type parameters stand for. A failed attempt leaves no trace.
 */
import { isDyn, sameType, type Type, types } from '../types/type.ts';

export class Unifier {
  private readonly bound = new Map<string, Type>();
  /** Earlier values of what the attempt under way has bound. */
  private trail: [string, Type | undefined][] = [];
  private variables = 0;

  newVariable(): Type {
    return types.param(`_var${this.variables++}`);
  }

  assignable(from: Type, to: Type): boolean {
    return this.attempt(() => this.fits(from, to));
  }

  assignableAll(from: readonly Type[], to: readonly Type[]): boolean {
    return from.length === to.length && this.attempt(() => from.every((type, index) => this.fits(type, to[index] as Type)));
  }

  /** The type with its parameters replaced by what they stand for; free ones by `dyn` if told. */
  substitute(type: Type, freeToDyn = false): Type {
    if (type.kind === 'param') {
      const found = this.bound.get(type.name);
      if (found !== undefined) return this.substitute(found, freeToDyn);
      return freeToDyn ? types.dyn : type;
    }
    if (type.parameters.length === 0) return type;
    const parameters = type.parameters.map((parameter) => this.substitute(parameter, freeToDyn));
    return parameters.every((parameter, index) => parameter === type.parameters[index]) ? type : { ...type, parameters };
  }

  private attempt(run: () => boolean): boolean {
    this.trail = [];
    if (run()) return true;
    for (const [name, earlier] of this.trail.toReversed()) {
      if (earlier === undefined) this.bound.delete(name);
      else this.bound.set(name, earlier);
    }
    return false;
  }

  private bind(name: string, type: Type): void {
    this.trail.push([name, this.bound.get(name)]);
    this.bound.set(name, type);
  }

  private fits(from: Type, to: Type): boolean {
    if (to.kind === 'param') {
      const { valid, bound } = this.substitutes(from, to);
      if (valid) return true;
      if (bound) return false;
    }
    if (from.kind === 'param') return this.substitutes(to, from).valid;
    if (isDyn(from) || isDyn(to) || from.kind === 'error' || to.kind === 'error') return true;
    if (from.kind === 'null') return takesNull(to);
    if (to.kind === 'null') return takesNull(from);
    if (from.kind !== to.kind) return false;
    if (from.kind === 'type') return true;
    if (from.name !== to.name || from.parameters.length !== to.parameters.length) return false;
    return from.parameters.every((parameter, index) => this.fits(parameter, to.parameters[index] as Type));
  }

  /** Whether `parameter` may stand for `type`, and whether it already stands for something. */
  private substitutes(type: Type, parameter: Type): { valid: boolean; bound: boolean } {
    if (sameType(type, parameter)) return { valid: true, bound: true };
    const found = this.bound.get(parameter.name);
    if (found !== undefined) {
      if (sameType(type, found)) return { valid: true, bound: true };
      if (!this.fits(type, found)) return { valid: false, bound: true };
      const general = moreGeneral(type, found);
      if (this.absent(parameter, general)) this.bind(parameter.name, general);
      return { valid: true, bound: true };
    }
    if (!this.absent(parameter, type)) return { valid: false, bound: false };
    this.bind(parameter.name, type);
    return { valid: true, bound: false };
  }

  /** Whether the parameter does not occur within the type, which would make the type endless. */
  private absent(parameter: Type, type: Type): boolean {
    if (sameType(parameter, type)) return false;
    if (type.kind === 'param') {
      const found = this.bound.get(type.name);
      return found === undefined || this.absent(parameter, found);
    }
    return type.parameters.every((each) => this.absent(parameter, each));
  }
}

function takesNull(type: Type): boolean {
  switch (type.kind) {
    case 'opaque':
    case 'object':
    case 'any':
    case 'duration':
    case 'timestamp':
    case 'null':
      return true;
    default:
      return type.nullable === true;
  }
}

/** The more general of two types that fit each other. */
export function moreGeneral(a: Type, b: Type): Type {
  return lessSpecific(a, b) ? a : b;
}

function lessSpecific(a: Type, b: Type): boolean {
  if (isDyn(a) || a.kind === 'param') return true;
  if (isDyn(b) || b.kind === 'param' || a.kind !== b.kind) return false;
  if (a.kind === 'type') return true;
  if (a.kind !== 'opaque' && a.kind !== 'list' && a.kind !== 'map') return sameType(a, b);
  if (a.name !== b.name || a.parameters.length !== b.parameters.length) return false;
  return a.parameters.every((parameter, index) => lessSpecific(parameter, b.parameters[index] as Type));
}
