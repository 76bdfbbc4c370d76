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
  const { object, errors } = decoded(kind, manifest);
  if (errors.length > 0) return { object, errors: said(errors), warnings: [] };
  kind.strategy.prepareForCreate?.(object);
  return { object, errors: said(validateCreate(kind, object)), warnings: kind.strategy.warnings?.(object, undefined) ?? [] };
}

export function update<T extends KubeObject>(kind: Kind<T>, old: T, change: (draft: T) => void): Written<T> {
  const draft = structuredClone(old);
  draft.metadata.resourceVersion = '1';
  change(draft);
  const { object, errors } = decoded(kind, draft);
  if (errors.length > 0) return { object, errors: said(errors), warnings: [] };
  kind.strategy.prepareForUpdate?.(object, old);
  return { object, errors: said(validateUpdate(kind, object, old)), warnings: kind.strategy.warnings?.(object, old) ?? [] };
}

export function updateStatus<T extends KubeObject>(kind: Kind<T>, old: T, change: (draft: T) => void): string[] {
  const draft = structuredClone(old);
  draft.metadata.resourceVersion = '1';
  change(draft);
  return said(validateStatusUpdate(kind, draft, old));
}

function decoded<T extends KubeObject>(kind: Kind<T>, manifest: Manifest): { object: T; errors: FieldError[] } {
  const draft = structuredClone({
    apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`,
    kind: kind.kind,
    ...manifest,
    metadata: { name: 'one', uid: testUid, ...(kind.namespaced ? { namespace: 'default' } : {}), ...manifest.metadata },
  });
  const normalized = normalize(kind.schema.schema, draft, { unknown: 'drop' });
  if (normalized.errors.length > 0 || normalized.unknown.length > 0) throw new Error(`not decodable: ${JSON.stringify(normalized)}`);
  applyDefaults(kind.schema.schema, draft);
  // Decoding has made it what the kind's type says, but for required fields, which validation asks for.
  const object = draft as unknown as T;
  const errors = validate(kind.schema.schema, object);
  // What its schema refuses never reaches the kind's own rules.
  if (errors.length === 0) kind.strategy.defaults?.(object);
  return { object, errors };
}

function said(errors: readonly FieldError[]): string[] {
  return errors.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`));
}

/** The row that `kubectl get -o wide` shows, by column. */
export function row<T extends KubeObject>(kind: Kind<T>, object: T, now = new Date('2026-01-02T03:04:05Z')): Record<string, unknown> {
  return Object.fromEntries((kind.columns ?? []).map((column) => [column.name, column.value(object, now)]));
}
