export { customKinds, type VersionSchemas } from './custom-kinds.ts';
export { definitionName } from './definition-name.ts';
export { metadataSchema, structuralSchema } from './structural-schema.ts';
export { compareVersions } from './version-order.ts';
