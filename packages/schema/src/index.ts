export * from './builder.ts';
export { applyDefaults } from './defaults/apply-defaults.ts';
export { decodeJson, type DecodedJson } from './json/decode-json.ts';
export { normalize, type Normalized, type NormalizeOptions } from './normalize/normalize.ts';
export * from './schema.ts';
export { schemaHash } from './schema-hash.ts';
export { SchemaPool } from './schema-pool.ts';
export { validate } from './validate/validate.ts';
export { depthMax } from './walk/depth.ts';
