import type { FieldError } from '@kajitori/apimachinery';
import { joinPath } from '../walk/path.ts';

/** What normalising found at one place. Paths grow on the way back up. */
export interface Finding {
  /** With indices and map keys: `spec.containers[0].ports`. */
  field: string;
  /** Struct fields only, as Go's decoder writes paths: `spec.containers.ports`. */
  structPath: string;
  /** The innermost named type around it. */
  struct: string;
  /** Undefined for an unknown field. */
  error: Undecodable | undefined;
}

/** A value that cannot be decoded: either what it was and what it should be, or a whole message. */
export type Undecodable = { got: string; expected: string } | { message: string };

export class NormalizeRun {
  readonly findings: Finding[] = [];
  readonly dropsUnknown: boolean;

  constructor(dropsUnknown: boolean) {
    this.dropsUnknown = dropsUnknown;
  }

  unknown(key: string): void {
    this.findings.push({ field: key, structPath: key, struct: '', error: undefined });
  }

  wrongType(got: string, expected: string): void {
    this.findings.push({ field: '', structPath: '', struct: '', error: { got, expected } });
  }

  unreadable(message: string): void {
    this.findings.push({ field: '', structPath: '', struct: '', error: { message } });
  }

  /** A child at this key of a struct found something. */
  inField(from: number, key: string, struct: string): void {
    for (let at = from; at < this.findings.length; at += 1) {
      const finding = this.findings[at];
      if (finding === undefined) continue;
      finding.field = joinPath(key, finding.field);
      finding.structPath = joinPath(key, finding.structPath);
      finding.struct ||= struct;
    }
  }

  /** A child at this index or map key found something. */
  inElement(from: number, segment: string): void {
    for (let at = from; at < this.findings.length; at += 1) {
      const finding = this.findings[at];
      if (finding !== undefined) finding.field = joinPath(segment, finding.field);
    }
  }

  get unknownFields(): string[] {
    return this.findings.filter(({ error }) => error === undefined).map(({ field }) => field);
  }

  get errors(): FieldError[] {
    return this.findings.flatMap(({ field, structPath, struct, error }) =>
      error === undefined ? [] : [{ reason: 'FieldValueTypeInvalid' as const, field, message: messageOf(error, structPath, struct) }],
    );
  }
}

/** In the words of Go's decoder, which clients and their tests know. */
function messageOf(error: Undecodable, structPath: string, struct: string): string {
  if ('message' in error) return structPath === '' ? error.message : `${structPath}: ${error.message}`;
  const where = structPath === '' ? 'Go value' : `Go struct field ${struct}.${structPath}`;
  return `json: cannot unmarshal ${error.got} into ${where} of type ${error.expected}`;
}
