import { coded } from '@kajitori/schema';

/** Any object, kept as it came. */
export const RawExtension = coded<Record<string, unknown>>('io.k8s.apimachinery.pkg.runtime.RawExtension', 'rawExtension', {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
});
export type RawExtension = Record<string, unknown>;

/** A set of field paths that one manager owns: server-side apply's own form. */
export const FieldsV1 = coded<Record<string, unknown>>('io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1', 'fieldsV1', {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
});
export type FieldsV1 = Record<string, unknown>;

/** The body of a PATCH, whose shape its media type decides. Named in OpenAPI only. */
export const Patch = coded<Record<string, unknown>>('io.k8s.apimachinery.pkg.apis.meta.v1.Patch', 'rawExtension', {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
});
export type Patch = Record<string, unknown>;
