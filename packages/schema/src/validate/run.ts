import type { FieldError, FieldErrorReason } from '@kajitori/apimachinery';
import { joinPath } from '../walk/path.ts';

/** One thing wrong. The message is made last, because it may name the whole path. */
export interface Violation {
  reason: FieldErrorReason;
  field: string;
  say: (field: string) => string;
}

/** More than this many violations of one object help nobody and could be asked for by a tenant. */
export const violationsMax = 100;

export class ValidationRun {
  readonly violations: Violation[] = [];

  add(reason: FieldErrorReason, say: (field: string) => string): void {
    if (this.violations.length < violationsMax) this.violations.push({ reason, field: '', say });
  }

  /** Takes a finished error of a field directly below. */
  addError({ reason, field, message }: FieldError): void {
    if (this.violations.length < violationsMax) this.violations.push({ reason, field, say: () => message });
  }

  /** Takes what another run found at the same place. */
  take(violation: Violation): void {
    if (this.violations.length < violationsMax) this.violations.push(violation);
  }

  /** A child at this segment found something. */
  inside(from: number, segment: string): void {
    for (let at = from; at < this.violations.length; at += 1) {
      const violation = this.violations[at];
      if (violation !== undefined) violation.field = joinPath(segment, violation.field);
    }
  }

  get errors(): FieldError[] {
    return this.violations.map(({ reason, field, say }) => ({ reason, field, message: say(field) }));
  }
}

/** Checks one value. Never throws, whatever the value is. */
export type Validate = (value: unknown, run: ValidationRun) => void;
