import type { Schema } from '../schema.ts';
import {
  type ApiDescription,
  type ApiResource,
  type ApiSubresource,
  documentName,
  type GroupVersionKind,
  listOf,
  parseKind,
} from './api-description.ts';
import { type Parameter, parametersOf } from './parameters.ts';

/** One operation of the API, before it is written in one of OpenAPI's versions. */
export interface Operation {
  path: string;
  method: 'get' | 'put' | 'post' | 'delete' | 'patch' | 'head' | 'options';
  id: string;
  tag: string;
  description: string;
  /** `x-kubernetes-action` and `x-kubernetes-group-version-kind`; absent for discovery. */
  action: string | undefined;
  gvk: GroupVersionKind | undefined;
  parameters: readonly Parameter[];
  body: { schema: Named; mediaTypes: readonly string[]; required: boolean } | undefined;
  /** What is answered, by status. Undefined: text. */
  responses: Readonly<Record<string, Named | undefined>>;
  produces: readonly string[];
}

/** A schema to refer to. */
export interface Named {
  schema: Schema;
  name: string;
}

const named = (schema: Schema, name = schema.typeName ?? ''): Named => ({ schema, name });

const media = { json: 'application/json', yaml: 'application/yaml', protobuf: 'application/vnd.kubernetes.protobuf' } as const;

/** All operations of one group and version, in the order of their paths. */
export function operationsOf(description: ApiDescription, { group, version }: { group: string; version: string }): Operation[] {
  const resources = description.resources.filter((one) => one.group === group && one.version === version);
  const operations = [discovery(description, { group, version }), ...resources.flatMap((one) => resourceOperations(one, description))];
  return operations.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function discovery({ common }: ApiDescription, gv: { group: string; version: string }): Operation {
  return {
    path: `/${documentName(gv)}/`,
    method: 'get',
    id: `get${words(gv)}APIResources`,
    tag: tagOf(gv),
    description: 'Which resources there are.',
    action: undefined,
    gvk: undefined,
    parameters: [],
    body: undefined,
    responses: { 200: named(common.apiResourceList) },
    produces: [media.json, media.yaml, media.protobuf],
  };
}

function resourceOperations(resource: ApiResource, { common }: ApiDescription): Operation[] {
  const { plural, namespaced, kind, verbs } = resource;
  const base = `/${documentName(resource)}`;
  const collection = namespaced ? `${base}/namespaces/{namespace}/${plural}` : `${base}/${plural}`;
  const item = `${collection}/{name}`;
  const self = named(resource.schema, resource.schema.typeName ?? resource.definitionName);
  const list = named(listOf(resource, common));
  const status = named(common.status);
  const scope = namespaced ? 'Namespaced' : '';
  const make = (path: string, verb: keyof typeof resourceVerbs, result: Named): Operation =>
    operation(resource, { path, verb, scope, result, self, common });
  const made: Operation[] = [];
  if (verbs.includes('list')) made.push(make(collection, 'list', list));
  if (verbs.includes('create')) made.push(make(collection, 'create', self));
  if (verbs.includes('deletecollection')) made.push(make(collection, 'deletecollection', status));
  for (const verb of ['get', 'update', 'patch', 'delete'] as const)
    if (verbs.includes(verb)) made.push(make(item, verb, verb === 'delete' ? status : self));
  if (namespaced && verbs.includes('list')) {
    const everywhere = make(`${base}/${plural}`, 'list', list);
    made.push({ ...everywhere, id: `list${words(resource)}${kind}ForAllNamespaces` });
  }
  for (const [name, subresource] of Object.entries(resource.subresources ?? {}))
    made.push(...subresourceOperations(resource, { item, name, subresource, scope, self, common }));
  return made;
}

const resourceVerbs = {
  get: { method: 'get', action: 'get', word: 'read', says: 'Reads' },
  list: { method: 'get', action: 'list', word: 'list', says: 'Lists or watches' },
  create: { method: 'post', action: 'post', word: 'create', says: 'Creates' },
  update: { method: 'put', action: 'put', word: 'replace', says: 'Replaces' },
  patch: { method: 'patch', action: 'patch', word: 'patch', says: 'Changes parts of' },
  delete: { method: 'delete', action: 'delete', word: 'delete', says: 'Deletes' },
  deletecollection: { method: 'delete', action: 'deletecollection', word: 'deleteCollection', says: 'Deletes all selected of' },
} as const;

interface OperationParts {
  path: string;
  verb: keyof typeof resourceVerbs;
  scope: string;
  result: Named;
  self: Named;
  common: ApiDescription['common'];
  suffix?: string;
  gvk?: GroupVersionKind;
}

function operation(
  resource: ApiResource,
  { path, verb, scope, result, self, common, suffix = '', gvk = gvkOf(resource) }: OperationParts,
): Operation {
  const { method, action, word, says } = resourceVerbs[verb];
  const types = resource.custom === true ? [media.json, media.yaml] : [media.json, media.yaml, media.protobuf];
  const watched =
    resource.custom === true ? [`${media.json};stream=watch`] : [`${media.json};stream=watch`, `${media.protobuf};stream=watch`];
  return {
    path,
    method,
    id: `${word}${words(resource)}${verb === 'deletecollection' ? 'Collection' : ''}${scope}${resource.kind}${suffix}`,
    tag: tagOf(resource),
    description: `${says} ${suffix === '' ? '' : `the ${suffix.toLowerCase()} of `}${verb === 'list' || verb === 'deletecollection' ? resource.plural : `one ${resource.kind}`}.`,
    action,
    gvk,
    parameters: parametersOf[action] ?? [],
    body: bodyOf(verb, { self, common, custom: resource.custom === true }),
    responses: Object.fromEntries(statusCodes[verb].map((code) => [code, result])),
    produces: verb === 'list' ? [...types, ...watched] : types,
  };
}

const statusCodes: Readonly<Record<keyof typeof resourceVerbs, readonly string[]>> = {
  get: ['200'],
  list: ['200'],
  create: ['200', '201', '202'],
  update: ['200', '201'],
  patch: ['200', '201'],
  delete: ['200', '202'],
  deletecollection: ['200'],
};

function bodyOf(
  verb: keyof typeof resourceVerbs,
  { self, common, custom }: { self: Named; common: ApiDescription['common']; custom: boolean },
): Operation['body'] {
  switch (verb) {
    case 'create':
    case 'update':
      return { schema: self, mediaTypes: ['*/*'], required: true };
    case 'patch': {
      const strategic = custom ? [] : ['application/strategic-merge-patch+json'];
      const mediaTypes = ['application/json-patch+json', 'application/merge-patch+json', ...strategic, 'application/apply-patch+yaml'];
      return { schema: named(common.patch), mediaTypes, required: true };
    }
    case 'delete':
    case 'deletecollection':
      return { schema: named(common.deleteOptions), mediaTypes: ['*/*'], required: false };
    case 'get':
    case 'list':
      return undefined;
  }
}

interface SubresourceParts {
  item: string;
  name: string;
  subresource: ApiSubresource;
  scope: string;
  self: Named;
  common: ApiDescription['common'];
}

function subresourceOperations(resource: ApiResource, { item, name, subresource, scope, self, common }: SubresourceParts): Operation[] {
  const gvk = parseKind(subresource.kind);
  const type = subresource.schema === undefined ? self : named(subresource.schema);
  const suffix = capital(name);
  return subresource.verbs.flatMap((verb) => {
    if (verb.startsWith('connect')) return connections(resource, { item, name, gvk, scope, parameters: subresource.schema, verb });
    if (!(verb in resourceVerbs)) return [];
    const parts = {
      path: `${item}/${name}`,
      verb: verb as keyof typeof resourceVerbs,
      scope,
      result: type,
      self: type,
      common,
      suffix,
      gvk,
    };
    const made = operation(resource, parts);
    // A log is text, not an object.
    return name === 'log' ? [{ ...made, produces: ['text/plain', ...made.produces], responses: { 200: undefined } }] : [made];
  });
}

interface ConnectionParts {
  item: string;
  name: string;
  gvk: GroupVersionKind;
  scope: string;
  parameters: Schema | undefined;
  verb: string;
}

/** `connect:get`: a stream or a proxied request. A proxy takes any path below it, too. */
function connections(resource: ApiResource, { item, name, gvk, scope, parameters, verb }: ConnectionParts): Operation[] {
  const method = (verb.split(':')[1] ?? 'get') as Operation['method'];
  const paths = name === 'proxy' ? [`${item}/${name}`, `${item}/${name}/{path}`] : [`${item}/${name}`];
  return paths.map((path) => ({
    path,
    method,
    id: `connect${words(resource)}${capital(method)}${scope}${resource.kind}${capital(name)}${path.endsWith('{path}') ? 'WithPath' : ''}`,
    tag: tagOf(resource),
    description: `Connects ${method.toUpperCase()} requests to the ${name} of one ${resource.kind}.`,
    action: 'connect',
    gvk,
    parameters: queryFields(parameters),
    body: undefined,
    responses: { 200: undefined },
    produces: ['*/*'],
  }));
}

function queryFields(schema: Schema | undefined): Parameter[] {
  return Object.entries(schema?.properties ?? {}).flatMap(([name, { type, description = '' }]): Parameter[] =>
    name === 'apiVersion' || name === 'kind' || type === undefined || type === 'object' || type === 'number'
      ? []
      : [{ name, in: 'query', type, description }],
  );
}

const gvkOf = ({ group, version, kind }: ApiResource): GroupVersionKind => ({ group, version, kind });
const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** `rbac.authorization.k8s.io` is `rbacAuthorization`. */
function groupWord(group: string): string {
  if (group === '') return 'core';
  return group
    .replace(/\.k8s\.io$/, '')
    .split(/[.-]/)
    .map((part, at) => (at === 0 ? part : capital(part)))
    .join('');
}

function tagOf({ group, version }: { group: string; version: string }): string {
  return `${groupWord(group)}_${version}`;
}

function words({ group, version }: { group: string; version: string }): string {
  return capital(groupWord(group)) + capital(version);
}
