import { equalJson } from '../patch/copy.ts';
import { isRecord } from '../walk/compiled.ts';
import { depthMax, measure } from '../walk/depth.ts';
import type { Json } from './definitions.ts';

/**
 * Documents of version 2 that another server wrote, made fit to stand in ours: what they say of some paths, with the definitions that these lead to,
 * under names that are free. Pure.
 */

export interface OpenApiV2Part {
  paths: Json;
  definitions: Json;
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'] as const;
const definitionPrefix = '#/definitions/';
const parameterPrefix = '#/parameters/';

/** What a document says of a path and those below it. @throws TypeError for what is no such document. */
export function openApiV2PartBelow(document: unknown, path: string): OpenApiV2Part {
  if (!isRecord(document) || !isRecord(document['paths'])) throw new TypeError('the document has no paths');
  if (measure(document).tooDeep) throw new TypeError(`the document is nested deeper than ${depthMax} levels`);
  const parameters = isRecord(document['parameters']) ? document['parameters'] : {};
  const known = isRecord(document['definitions']) ? document['definitions'] : {};
  const paths: Json = {};
  for (const [name, item] of Object.entries(document['paths'])) {
    if ((name === path || name.startsWith(`${path}/`)) && isRecord(item)) paths[name] = pathItem(item, parameters);
  }
  const definitions = new Map<string, Json>();
  const wanted = referencesIn(paths);
  for (const name of wanted) {
    const definition = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!isRecord(definition)) throw new TypeError(`the definition ${JSON.stringify(name)} is missing`);
    definitions.set(name, definition);
    for (const next of referencesIn(definition)) wanted.add(next);
  }
  return { paths, definitions: Object.fromEntries(definitions) };
}

/** The part with other names for its definitions that differ from the taken ones of their names; equal ones are left out. */
export function withFreeNames({ paths, definitions }: OpenApiV2Part, taken: Readonly<Json>): OpenApiV2Part {
  const names = new Map<string, string>();
  for (const [name, definition] of Object.entries(definitions)) {
    if (!Object.hasOwn(taken, name) || isSame(definition, taken[name])) continue;
    for (let version = 2; ; version += 1) {
      const free = `${name}_v${version}`;
      if (Object.hasOwn(definitions, free) || Object.hasOwn(taken, free)) continue;
      names.set(name, free);
      break;
    }
  }
  const kept = Object.entries(definitions).filter(([name]) => names.has(name) || !Object.hasOwn(taken, name));
  return {
    paths: renamed(paths, names) as Json,
    definitions: Object.fromEntries(kept.map(([name, definition]) => [names.get(name) ?? name, renamed(definition, names)])),
  };
}

/** The parts of a path that clients read, each of them there and in its place. */
function pathItem(item: Json, shared: Json): Json {
  const made: Json = { parameters: parametersOf(item['parameters'], shared) };
  for (const method of methods) {
    const operation = item[method];
    if (!isRecord(operation)) continue;
    const responses = isRecord(operation['responses']) ? operation['responses'] : {};
    made[method] = { ...operation, parameters: parametersOf(operation['parameters'], shared), responses };
  }
  return made;
}

function parametersOf(parameters: unknown, shared: Json): Json[] {
  const all = Array.isArray(parameters) ? (parameters as unknown[]) : [];
  return all.flatMap((one) => {
    const name = referenceOf(one, parameterPrefix);
    const parameter = name === undefined ? one : shared[name];
    return isRecord(parameter) && ['body', 'path', 'query'].includes(String(parameter['in'])) ? [parameter] : [];
  });
}

function referenceOf(value: unknown, prefix: string): string | undefined {
  const to = isRecord(value) ? value['$ref'] : undefined;
  return typeof to === 'string' && to.startsWith(prefix) ? to.slice(prefix.length) : undefined;
}

function referencesIn(value: unknown, found: Set<string> = new Set()): Set<string> {
  const name = referenceOf(value, definitionPrefix);
  if (name !== undefined) found.add(name);
  if (typeof value === 'object' && value !== null) for (const child of Object.values(value)) referencesIn(child, found);
  return found;
}

function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((one) => renamed(one, names));
  if (!isRecord(value)) return value;
  const name = names.get(referenceOf(value, definitionPrefix) ?? '');
  const copy = Object.fromEntries(Object.entries(value).map(([key, child]) => [key, renamed(child, names)]));
  return name === undefined ? copy : { ...copy, $ref: `${definitionPrefix}${name}` };
}

/** Whose kinds a definition is does not count: every server says of common types only its own. */
function isSame(a: unknown, b: unknown): boolean {
  const bare = (value: unknown): unknown => {
    if (!isRecord(value)) return value;
    const { 'x-kubernetes-group-version-kind': _, ...rest } = value;
    return rest;
  };
  return equalJson(bare(a), bare(b));
}
