import type { Schema } from '../schema.ts';

/**
 * What an API offers, in words that know neither a catalogue of kinds nor OpenAPI. Whoever has kinds (the API server's
 * catalogue, a cluster's CustomResourceDefinitions) describes them so, and gets documents.
 */
export interface ApiDescription {
  title: string;
  /** The server's `gitVersion`. */
  version: string;
  resources: readonly ApiResource[];
  /** The types that belong to no resource but stand in every API. Each must be a named type. */
  common: CommonTypes;
}

export interface CommonTypes {
  listMeta: Schema;
  deleteOptions: Schema;
  status: Schema;
  patch: Schema;
  apiResourceList: Schema;
}

export interface ApiResource {
  group: string;
  version: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  /** RBAC's words. */
  verbs: readonly string[];
  schema: Schema;
  /** The name to publish a schema under that has none: `com.example.stable.v1.CronTab`. */
  definitionName?: string;
  /** Custom resources have neither strategic merge patches nor protobuf. */
  custom?: boolean;
  subresources?: Readonly<Record<string, ApiSubresource>>;
}

export interface ApiSubresource {
  /** `v1/Binding`, `autoscaling/v1/Scale`. */
  kind: string;
  /** `get`, `update`, `patch`, `create`, or `connect:METHOD`. */
  verbs: readonly string[];
  /** The schema of that kind, where it is not the resource's own. For `connect`, its fields are query parameters. */
  schema?: Schema;
}

export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

/** `api/v1`, `apis/apps/v1`: how `/openapi/v3` names a document, and its paths' common part. */
export function documentName({ group, version }: { group: string; version: string }): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

/** Every group and version that has a resource, each once. */
export function groupVersions({ resources }: ApiDescription): { group: string; version: string }[] {
  const found = new Map(resources.map(({ group, version }) => [documentName({ group, version }), { group, version }]));
  return [...found.values()];
}

/** Splits `apps/v1/Deployment` or `v1/Pod`. */
export function parseKind(text: string): GroupVersionKind {
  const parts = text.split('/');
  return { group: parts.length > 2 ? (parts[0] ?? '') : '', version: parts.at(-2) ?? '', kind: parts.at(-1) ?? '' };
}

/** The name under which a schema is published. */
export function nameOf(schema: Schema, resource?: Pick<ApiResource, 'definitionName'>): string {
  const name = schema.typeName ?? resource?.definitionName;
  if (name === undefined) throw new TypeError('a published schema needs a typeName or the resource a definitionName');
  return name;
}

const lists = new WeakMap<ApiResource, Schema>();

/** The list type of a resource (`PodList`), always the same object. */
export function listOf(resource: ApiResource, { listMeta }: CommonTypes): Schema {
  let list = lists.get(resource);
  if (list === undefined) {
    const item: Schema =
      resource.schema.typeName === undefined
        ? { ...resource.schema, typeName: nameOf(resource.schema, resource), definition: resource.schema }
        : resource.schema;
    list = {
      type: 'object',
      description: `A list of ${resource.kind} objects.`,
      required: ['items'],
      properties: {
        apiVersion: { type: 'string', description: 'The version of the API that this list is written in.' },
        items: { type: 'array', items: item, description: `The ${resource.plural} found.` },
        kind: { type: 'string', description: `${resource.kind}List.` },
        metadata: { ...listMeta, description: 'The revision of the list, and how to go on reading it.' },
      },
      typeName: `${nameOf(resource.schema, resource)}List`,
    };
    list.definition = list;
    lists.set(resource, list);
  }
  return list;
}
