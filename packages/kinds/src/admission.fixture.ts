import type { FieldError, KubeObject } from '@kajitori/apimachinery';
import { applyDefaults, normalize, validate } from '@kajitori/schema';
import type { Kind } from './kind.ts';
import { validateCreate, validateStatusUpdate, validateUpdate } from './validation.ts';

/** For tests: the path of a written object through its kind, as the API server takes it. */

type Written<T> = { object: T; errors: string[]; warnings: string[] };
/** A manifest as a person writes it; `apiVersion` and `kind` are the kind's. */
export type Manifest = { metadata?: KubeObject['metadata']; [field: string]: unknown };

export const testUid = '11111111-2222-4333-8444-555555555555';

export function create<T extends KubeObject>(kind: Kind<T>, manifest: Manifest): Written<T> {
  const object = decoded(kind, manifest);
  kind.strategy.prepareForCreate?.(object);
  return {
    object,
    errors: said(errorsOf(kind, object, () => validateCreate(kind, object))),
    warnings: kind.strategy.warnings?.(object, undefined) ?? [],
  };
}

export function update<T extends KubeObject>(kind: Kind<T>, old: T, change: (draft: T) => void): Written<T> {
  const draft = structuredClone(old);
  draft.metadata.resourceVersion = '1';
  change(draft);
  const object = decoded(kind, draft);
  kind.strategy.prepareForUpdate?.(object, old);
  return {
    object,
    errors: said(errorsOf(kind, object, () => validateUpdate(kind, object, old))),
    warnings: kind.strategy.warnings?.(object, old) ?? [],
  };
}

export function updateStatus<T extends KubeObject>(kind: Kind<T>, old: T, change: (draft: T) => void): string[] {
  const draft = structuredClone(old);
  draft.metadata.resourceVersion = '1';
  change(draft);
  return said(validateStatusUpdate(kind, draft, old));
}

function decoded<T extends KubeObject>(kind: Kind<T>, manifest: Manifest): T {
  const draft = structuredClone({
    apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`,
    kind: kind.kind,
    ...manifest,
    metadata: { name: 'one', uid: testUid, ...(kind.namespaced ? { namespace: 'default' } : {}), ...manifest.metadata },
  });
  const { errors, unknown } = normalize(kind.schema.schema, draft, { unknown: 'drop' });
  if (errors.length > 0 || unknown.length > 0) throw new Error(`not decodable: ${JSON.stringify({ errors, unknown })}`);
  applyDefaults(kind.schema.schema, draft);
  // Decoding has made it what the kind's type says, but for required fields, which validation asks for.
  const object = draft as unknown as T;
  kind.strategy.defaults?.(object);
  return object;
}

/** What its schema refuses never reaches the kind's own rules. */
function errorsOf<T extends KubeObject>(kind: Kind<T>, object: T, rules: () => FieldError[]): FieldError[] {
  const errors = validate(kind.schema.schema, object);
  return errors.length > 0 ? errors : rules();
}

function said(errors: readonly FieldError[]): string[] {
  return errors.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`));
}

/** The row that `kubectl get -o wide` shows, by column. */
export function row<T extends KubeObject>(kind: Kind<T>, object: T, now = new Date('2026-01-02T03:04:05Z')): Record<string, unknown> {
  return Object.fromEntries((kind.columns ?? []).map((column) => [column.name, column.value(object, now)]));
}
