import { badRequest, type KubeObject, StatusError } from '@kajitori/apimachinery';
import { applyJsonPatch, applyMergePatch, applyStrategicMergePatch } from '@kajitori/schema';
import type { Kind } from '@kajitori/kinds';
import type { Call } from '../call.ts';
import { asKind, type FieldValidation } from '../negotiation/body.ts';

export interface PatchRequest {
  /** The media type, without parameters. */
  type: string;
  /** The parsed body. */
  patch: unknown;
  duplicates?: readonly string[];
  fieldValidation: FieldValidation;
}

const supported = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/**
 * The object that a patch makes of the present one, checked as a request's body would be.
 * @throws StatusError UnsupportedMediaType, BadRequest or Invalid.
 */
export function patchedObject(call: Call, old: KubeObject, request: PatchRequest): KubeObject {
  const patched = applied(call, old, request);
  // A Scale is patched like an object of its own; its fields are checked when it is taken over.
  if (call.subresource === 'scale') return patched as KubeObject;
  return asKind(call.kind, patched, request.duplicates ?? [], { fieldValidation: request.fieldValidation, warnings: call.warnings });
}

function applied(call: Call, old: KubeObject, { type, patch }: PatchRequest): unknown {
  switch (type) {
    case 'application/json-patch+json':
      return applyJsonPatch(old, patch);
    case 'application/merge-patch+json':
      checkObject(patch);
      return applyMergePatch(old, patch);
    case 'application/strategic-merge-patch+json':
      // Only the catalogue's types say how their lists merge.
      if (call.kind.custom !== undefined && call.subresource !== 'scale') throw unsupportedPatch(call.kind);
      checkObject(patch);
      if (call.subresource === 'scale') return applyMergePatch(old, patch);
      return applyStrategicMergePatch(call.kind.schema.schema, old, patch);
    default:
      throw unsupportedPatch();
  }
}

/** Whether the resource is patched so at all, before anything else is looked at. @throws StatusError UnsupportedMediaType. */
export function checkPatchType({ kind, subresource }: Call, type: string): void {
  if (!supported.includes(type)) throw unsupportedPatch(subresource === 'scale' ? undefined : kind);
}

function checkObject(patch: unknown): asserts patch is Record<string, unknown> {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) throw badRequest('the patch must be an object');
}

export function unsupportedPatch(kind?: Kind): StatusError {
  const accepted = kind?.custom === undefined ? supported : supported.filter((type) => type !== 'application/strategic-merge-patch+json');
  return new StatusError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}
