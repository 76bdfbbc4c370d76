export * from './conversion.ts';
export * from './custom-resource-definition.ts';
export * from './definition-status.ts';
export * from './json-schema-props.ts';
