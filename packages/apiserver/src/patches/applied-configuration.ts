import {
  apiVersionOf,
  badRequest,
  type Clock,
  conflict,
  invalidObject,
  type KubeObject,
  objectModified,
  required,
} from '@kajitori/apimachinery';
import { applyServerSide, FieldSet } from '@kajitori/schema';
import { type Call, groupResourceOf } from '../call.ts';
import { isTrue } from '../http/request-info.ts';
import { asKind, type FieldValidation, yamlError } from '../negotiation/body.ts';
import { unsupportedPatch } from './patched-object.ts';
import { undeclaredFields } from './undeclared-fields.ts';

export const applyPatchType = 'application/apply-patch+yaml';

/** Fields that an endpoint resets, so that nobody comes to own them by it. */
export function resetFieldsOf({ kind, subresource }: Pick<Call, 'kind' | 'subresource'>): FieldSet {
  if (kind.subresources?.['status'] === undefined) return FieldSet.empty;
  return subresource === 'status' ? FieldSet.paths(['spec']) : FieldSet.paths(['status']);
}

function checkDuplicates(
  { warnings }: Call,
  { duplicates, fieldValidation }: { duplicates: readonly string[]; fieldValidation: FieldValidation },
): void {
  if (duplicates.length === 0) return;
  if (fieldValidation === 'Strict') throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${yamlError(duplicates)}`);
  if (fieldValidation === 'Warn') warnings.push(...duplicates);
}

/**
 * What a server-side apply makes of the present object, or of nothing.
 * @throws StatusError Invalid without a field manager, BadRequest for a configuration that is not of the kind; the change
 * itself throws Conflict, naming each owner and field.
 */
export function appliedConfiguration(
  call: Call,
  value: unknown,
  options: { duplicates: readonly string[]; fieldValidation: FieldValidation; query: URLSearchParams; clock: Clock },
): (live: KubeObject | undefined) => KubeObject {
  const { kind, subresource } = call;
  if (subresource === 'scale') throw unsupportedPatch();
  const manager = options.query.get('fieldManager') ?? '';
  if (manager === '') {
    throw invalidObject({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [required('fieldManager', 'is required for apply patch')]);
  }
  // Checked on a copy: a field that the client names is one that it owns, in its own words.
  const undeclared: string[] = [];
  asKind(kind, structuredClone(value), [], { fieldValidation: 'Warn', warnings: undeclared });
  const applied = value as KubeObject;
  // Who names nothing of it may leave it out; the check above refused what is no object.
  applied.metadata ??= {};
  if (undeclared.length > 0) throw undeclaredFields(kind, applied);
  checkDuplicates(call, options);
  if ((applied.metadata.managedFields ?? []).length > 0) throw badRequest('metadata.managedFields must be nil');
  return (live) => {
    const asked = applied.metadata.resourceVersion ?? '';
    if (asked !== '' && asked !== live?.metadata.resourceVersion) throw conflict(groupResourceOf(kind), call.name, objectModified);
    const result = applyServerSide({
      schema: kind.schema.schema,
      live,
      applied,
      manager,
      force: isTrue(options.query.get('force')),
      apiVersion: apiVersionOf(kind),
      ...(subresource === '' ? {} : { subresource }),
      resetFields: resetFieldsOf(call),
      now: options.clock.now(),
    });
    if (result.error !== undefined) throw result.error;
    const { resourceVersion: _asked, ...metadata } = result.object['metadata'] as KubeObject['metadata'];
    const object = {
      ...result.object,
      metadata: live === undefined ? metadata : { ...metadata, resourceVersion: live.metadata.resourceVersion },
    };
    return asKind(kind, object, [], { fieldValidation: 'Ignore', warnings: [] });
  };
}
