import { apiVersionOf, badRequest, type KubeObject, parseApiVersion, StatusError } from '@kajitori/apimachinery';
import type { Kind } from '@kajitori/kinds';
import { decodeEnvelope, decodeJson, decodeProtobuf, normalize } from '@kajitori/schema';
import { parseMediaTypes, protobufType } from './media-type.ts';
import { parseYaml } from './yaml.ts';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

export interface DecodeOptions {
  /** The Content-Type header. */
  contentType: string | undefined;
  fieldValidation: FieldValidation;
  /** Receives what Warn finds. */
  warnings: string[];
}

/** Most of a body that a message repeats. */
const shownCharactersMax = 256;

const text = new TextDecoder('utf-8', { fatal: true });

/** What a body says, before it is known to be of any kind. `duplicates` says of keys that stand twice what Kubernetes' parser of that form does. */
export type RawBody = { value: unknown; duplicates: string[] };

/**
 * The object in a request's body: parsed, of the right kind, with known fields only and typed values.
 * @throws StatusError BadRequest or UnsupportedMediaType that says what was wrong.
 */
export function decodeObject(kind: Kind, bytes: Uint8Array, options: DecodeOptions): KubeObject {
  const format = formatOf(options.contentType);
  if (format === 'protobuf') {
    if (kind.custom !== undefined) throw unknownFormat(['application/json', 'application/yaml']);
    return decodeProtobufObject(kind, bytes);
  }
  const { value, duplicates } = parseText(format, bytes, options.fieldValidation !== 'Ignore');
  if (kind.custom !== undefined) checkSaysKind(value);
  return asKind(kind, value, duplicates, options);
}

/** Built-in types are known by the URL; of a tenant's, the object says what it is. */
function checkSaysKind(value: unknown): void {
  const { apiVersion, kind } = (value ?? {}) as { apiVersion?: unknown; kind?: unknown };
  const missing = kind === undefined || kind === '' ? 'Kind' : apiVersion === undefined || apiVersion === '' ? 'apiVersion' : undefined;
  if (missing !== undefined) throw badRequest(`Object '${missing}' is missing in '${JSON.stringify(value).slice(0, shownCharactersMax)}'`);
}

/** Checks kind, types and field names of a parsed value; also for the results of patches. */
export function asKind(
  kind: Kind,
  value: unknown,
  duplicates: readonly string[],
  { fieldValidation, warnings }: Omit<DecodeOptions, 'contentType'>,
): KubeObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind.kind}): couldn't get version/kind; json parse error: an object is expected`,
    );
  }
  const object = value as KubeObject;
  checkKind(kind, object);
  const { errors, unknown } = normalize(kind.schema.schema, object, { unknown: 'drop' });
  const cannot = `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}`;
  if (errors.length > 0) throw badRequest(`${cannot}: ${errors.map(({ message }) => message).join(', ')}`);
  if (typeof object.metadata !== 'object' || object.metadata === null) object.metadata = {};
  const unknowns = unknown.map((path) => `unknown field "${path}"`);
  if (fieldValidation === 'Warn') warnings.push(...unknowns, ...duplicates);
  if (fieldValidation !== 'Strict' || unknowns.length + duplicates.length === 0) return object;
  const findings = isOfYaml(duplicates) ? [yamlError(duplicates), ...unknowns] : [...unknowns, ...duplicates];
  throw badRequest(`${cannot}: strict decoding error: ${findings.join(', ')}`);
}

/** Keys that a YAML document holds twice, in the one error that Go's parser makes of them. */
export function yamlError(duplicates: readonly string[]): string {
  return `yaml: unmarshal errors:\n${duplicates.map((one) => `  ${one}`).join('\n')}`;
}

function isOfYaml([first]: readonly string[]): boolean {
  return first?.startsWith('line ') === true;
}

function formatOf(contentType: string | undefined): 'json' | 'yaml' | 'protobuf' {
  const type = contentType === undefined || contentType === '' ? 'application/json' : (parseMediaTypes(contentType)[0]?.type ?? '');
  if (type === 'application/json') return 'json';
  if (type === 'application/yaml') return 'yaml';
  if (type === protobufType) return 'protobuf';
  throw unknownFormat(['application/json', 'application/yaml', protobufType]);
}

function unknownFormat(accepted: readonly string[]): StatusError {
  return new StatusError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}

/** JSON is YAML too, and read a hundred times faster. */
export function isJson(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7b || bytes[0] === 0x5b;
}

export function parseText(format: 'json' | 'yaml', bytes: Uint8Array, findDuplicates: boolean): RawBody {
  if (format === 'yaml' && !isJson(bytes)) return parseYamlBody(bytes, findDuplicates);
  try {
    if (findDuplicates) {
      const { value, duplicates } = decodeJson(bytes);
      return { value, duplicates: duplicates.map((path) => `duplicate field "${path}"`) };
    }
    return { value: JSON.parse(text.decode(bytes)), duplicates: [] };
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw badRequest(`the body of the request is not valid JSON: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

function parseYamlBody(bytes: Uint8Array, findDuplicates: boolean): RawBody {
  let source: string;
  try {
    source = text.decode(bytes);
  } catch (error) {
    throw badRequest('the body of the request is not valid UTF-8', error);
  }
  try {
    return parseYaml(source, findDuplicates);
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw badRequest(`the body of the request is not valid YAML: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

function decodeProtobufObject(kind: Kind, bytes: Uint8Array): KubeObject {
  const envelope = decodeEnvelope(bytes);
  checkKind(kind, { apiVersion: envelope.apiVersion, kind: envelope.kind });
  const value = decodeProtobuf(kind.schema.schema, envelope.raw) as KubeObject;
  value.apiVersion = apiVersionOf(kind);
  value.kind = kind.kind;
  value.metadata ??= {};
  return value;
}

/** An absent kind or version is that of the URL. */
function checkKind(kind: Kind, object: { apiVersion?: unknown; kind?: unknown }): void {
  const { apiVersion = apiVersionOf(kind), kind: name = kind.kind } = object;
  const said = typeof apiVersion === 'string' ? parseApiVersion(apiVersion) : undefined;
  if (said === undefined || typeof name !== 'string')
    throw badRequest('apiVersion and kind must be strings, apiVersion as in "v1" or "apps/v1"');
  if (said.group !== kind.group || said.version !== kind.version || name !== kind.kind) {
    throw badRequest(
      `the API version in the data (${String(apiVersion)}, kind ${name}) does not match the expected API version (${apiVersionOf(kind)}, kind ${kind.kind})`,
    );
  }
  object.apiVersion = apiVersion;
  object.kind = name;
}
