import { dns1035LabelError, duplicate, type FieldError, invalid, required, tooMany } from '@kajitori/apimachinery';
import { jsonPath } from '../custom-resources/json-path.ts';
import { parseJsonPath } from '../custom-resources/parse-json-path.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionVersion,
  CustomResourceSubresourceScale,
} from './custom-resource-definition.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { structuralErrors } from './structural-rules.ts';

const selectableFieldsMax = 8;
const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

/** What is wrong with one version of a definition. */
export function versionErrors(version: CustomResourceDefinitionVersion, field: string): FieldError[] {
  const { name, schema, subresources, additionalPrinterColumns = [], deprecated, deprecationWarning } = version;
  const errors: FieldError[] = [];
  const wrong = dns1035LabelError(name);
  if (wrong !== undefined) errors.push(invalid(`${field}.name`, name, wrong));
  if (deprecationWarning !== undefined)
    errors.push(...warningErrors(deprecationWarning, deprecated === true, `${field}.deprecationWarning`));
  const props = schema?.openAPIV3Schema;
  if (props === undefined) errors.push(required(`${field}.schema.openAPIV3Schema`, 'schemas are required'));
  else errors.push(...structuralErrors(props, `${field}.schema.openAPIV3Schema`));
  for (const [at, column] of additionalPrinterColumns.entries())
    errors.push(...columnErrors(column, `${field}.additionalPrinterColumns[${at}]`));
  if (subresources?.scale !== undefined) errors.push(...scalePathErrors(subresources.scale, `${field}.subresources.scale`));
  return [...errors, ...selectableErrors(version, `${field}.selectableFields`)];
}

function warningErrors(text: string, deprecated: boolean, field: string): FieldError[] {
  if (!deprecated) return [invalid(field, text, 'can only be set for deprecated versions')];
  if (text === '') return [invalid(field, text, 'must not be an empty string')];
  if (Buffer.byteLength(text) > 256) return [invalid(field, text, 'must be <= 256 characters in length')];
  return /[\p{Cc}]/u.test(text) ? [invalid(field, text, 'must only contain printable characters')] : [];
}

function columnErrors({ name, type, format = '', jsonPath: path }: CustomResourceColumnDefinition, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (name === '') errors.push(required(`${field}.name`));
  if (type === '') errors.push(required(`${field}.type`, `must be one of ${columnTypes.join(',')}`));
  else if (!columnTypes.includes(type)) errors.push(invalid(`${field}.type`, type, `must be one of ${columnTypes.join(',')}`));
  if (format !== '' && !columnFormats.includes(format))
    errors.push(invalid(`${field}.format`, format, `must be one of ${columnFormats.join(',')}`));
  if (path === '') errors.push(required(`${field}.jsonPath`));
  else errors.push(...pathErrors(path, `${field}.jsonPath`));
  return errors;
}

/** A path that starts with a dot and can be read. */
function pathErrors(path: string, field: string): FieldError[] {
  if (!path.startsWith('.')) return [invalid(field, path, 'must be a simple json path starting with .')];
  try {
    jsonPath(path);
    return [];
  } catch (error) {
    return [invalid(field, path, `is an invalid path: ${error instanceof Error ? error.message : String(error)}`)];
  }
}

function scalePathErrors(scale: CustomResourceSubresourceScale, field: string): FieldError[] {
  const under = (key: string, path: string, part: 'spec' | 'status'): FieldError[] => {
    const at = `${field}.${key}`;
    if (path === '') return [required(at)];
    if (!path.startsWith('.')) return [invalid(at, path, 'must be a simple json path starting with .')];
    if (!path.startsWith(`.${part}.`)) return [invalid(at, path, `should be a json path under .${part}`)];
    return /[[\]]/.test(path) ? [invalid(at, path, 'must be a json path in the dot notation')] : [];
  };
  const { specReplicasPath, statusReplicasPath, labelSelectorPath = '' } = scale;
  // A selector may lie under .spec or .status.
  const selector = labelSelectorPath.startsWith('.spec.') ? ('spec' as const) : ('status' as const);
  return [
    ...under('specReplicasPath', specReplicasPath, 'spec'),
    ...under('statusReplicasPath', statusReplicasPath, 'status'),
    ...(labelSelectorPath === '' ? [] : under('labelSelectorPath', labelSelectorPath, selector)),
  ];
}

function selectableErrors({ selectableFields = [], schema }: CustomResourceDefinitionVersion, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (selectableFields.length > selectableFieldsMax) errors.push(tooMany(field, selectableFields.length, selectableFieldsMax));
  const seen = new Set<string>();
  for (const [at, { jsonPath: path }] of selectableFields.entries()) {
    const where = `${field}[${at}].jsonPath`;
    if (path === '') errors.push(required(where));
    else if (seen.has(path)) errors.push(duplicate(where, path));
    else errors.push(...selectableErrorsOf(path, schema?.openAPIV3Schema ?? {}, where));
    seen.add(path);
  }
  return errors;
}

function selectableErrorsOf(path: string, schema: JSONSchemaProps, field: string): FieldError[] {
  const unreadable = pathErrors(path, field);
  if (unreadable.length > 0) return unreadable;
  let at: JSONSchemaProps | undefined = schema;
  for (const [index, step] of parseJsonPath(path).entries()) {
    if (step.type !== 'field') return [invalid(field, path, 'is an invalid path: only fields may be named')];
    if (index === 0 && step.name === 'metadata') return [invalid(field, path, 'must not point to fields in metadata')];
    at = at.properties?.[step.name];
    if (at === undefined) return [invalid(field, path, 'is an invalid path: does not refer to a valid field')];
  }
  return ['string', 'boolean', 'integer'].includes(at.type ?? '')
    ? []
    : [
        invalid(
          field,
          path,
          'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
        ),
      ];
}
