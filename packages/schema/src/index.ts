export { atomicPath } from './apply/atomic-path.ts';
export { type Conflict, conflictError } from './apply/conflicts.ts';
export { FieldSet, pathText } from './apply/field-set.ts';
export { mergeApplied } from './apply/merge.ts';
export { type Applied, type ApplyOptions, applyServerSide, updateManagedFields, type UpdateOptions } from './apply/server-side-apply.ts';
export * from './builder.ts';
export { applyDefaults } from './defaults/apply-defaults.ts';
export { decodeJson, type DecodedJson } from './json/decode-json.ts';
export { normalize, type Normalized, type NormalizeOptions } from './normalize/normalize.ts';
export {
  type ApiDescription,
  type ApiResource,
  type ApiSubresource,
  type CommonTypes,
  documentName,
  groupVersions,
} from './openapi/api-description.ts';
export { openApiV2, openApiV3 } from './openapi/document.ts';
export { type OpenApiV2Part, openApiV2PartBelow, withFreeNames } from './openapi/foreign-v2.ts';
export { encodeOpenApiV2, encodeOpenApiV2Part } from './openapi/gnostic.ts';
export { applyJsonPatch, jsonPatchOperationsMax } from './patch/json-patch.ts';
export { applyMergePatch } from './patch/merge-patch.ts';
export { applyStrategicMergePatch } from './patch/strategic-merge-patch.ts';
export { decodeEnvelope, decodeProtobuf, encodeEnvelope, encodeProtobuf, envelopeAround, type Envelope } from './protobuf/protobuf.ts';
export * from './schema.ts';
export { schemaHash } from './schema-hash.ts';
export { SchemaPool } from './schema-pool.ts';
export { patternError } from './validate/scalars.ts';
export { ratcheted } from './validate/ratchet.ts';
export { validate } from './validate/validate.ts';
export { depthMax } from './walk/depth.ts';
