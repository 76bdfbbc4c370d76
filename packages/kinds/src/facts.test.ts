import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NamedType, type Schema } from '@kajitori/schema';
import { describe, expect, it } from 'vitest';
import * as everything from './index.ts';
import { catalogue, listTypeOf } from './index.ts';

/** The facts of the Kubernetes API lie beside the checkout where they are at hand; elsewhere there is nothing to hold against. */
const factsFile = fileURLToPath(new URL('../../../../shared/kubernetes-api/facts.json', import.meta.url));

interface FactField {
  type?: string;
  format?: string;
  ref?: string;
  items?: FactField;
  additionalProperties?: FactField;
  required?: boolean;
  proto?: number;
  protoType?: string;
  listType?: string;
  listMapKeys?: string[];
  patchStrategy?: string;
  patchMergeKey?: string;
  mapType?: string;
}

interface FactType {
  type?: string;
  format?: string;
  gvk?: string;
  fields?: Record<string, FactField>;
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-unions'?: unknown[];
}

interface Facts {
  resources: {
    group: string;
    version: string;
    resource: string;
    namespaced: boolean;
    verbs: string[];
    kind: string;
    subresources: Record<string, { verbs: string[]; kind: string }>;
  }[];
  types: Record<string, FactType>;
}

/** Served by the metrics server in other clusters: no part of what the facts know. */
const beyond = (group: string): boolean => group === 'metrics.k8s.io';
const builtIn = catalogue.filter(({ group }) => !beyond(group));

const types = new Map<string, NamedType<unknown>>();
for (const value of Object.values(everything))
  if (value instanceof NamedType && !value.name.startsWith('io.k8s.metrics.')) types.set(value.name, value);
for (const kind of builtIn) {
  const list = listTypeOf(kind.schema);
  types.set(list.name, list);
}

/** A field of ours in the words of the facts; what a reference points to says the rest. */
function described(schema: Schema, required: boolean): FactField {
  const said: FactField = {};
  if (schema.typeName !== undefined) {
    said.ref = schema.typeName;
    // A type's own map type is held at the type; only one that the field adds is the field's.
    const mapType = schema['x-kubernetes-map-type'];
    if (mapType !== types.get(schema.typeName)?.schema['x-kubernetes-map-type']) said.mapType = mapType;
  } else {
    if (schema.type !== undefined) said.type = schema.type;
    if (schema.format !== undefined) said.format = schema.format;
    if (schema.items !== undefined) said.items = described(schema.items, false);
    if (typeof schema.additionalProperties === 'object') said.additionalProperties = described(schema.additionalProperties, false);
    if (schema['x-kubernetes-map-type'] !== undefined) said.mapType = schema['x-kubernetes-map-type'];
  }
  if (required) said.required = true;
  if (schema['x-kubernetes-list-type'] !== undefined) said.listType = schema['x-kubernetes-list-type'];
  if (schema['x-kubernetes-list-map-keys'] !== undefined) said.listMapKeys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-patch-strategy'] !== undefined) said.patchStrategy = schema['x-kubernetes-patch-strategy'];
  if (schema['x-kubernetes-patch-merge-key'] !== undefined) said.patchMergeKey = schema['x-kubernetes-patch-merge-key'];
  return said;
}

/** A type of ours in the words of the facts; `fact` says which of them there are. */
function typeSaid(schema: Schema, fact: FactType): FactType {
  const said: FactType = {};
  if (fact.fields === undefined && fact.type !== undefined) said.type = schema.type ?? 'none';
  if (fact.format !== undefined) said.format = schema.format ?? 'none';
  if (fact.gvk !== undefined) said.gvk = fact.gvk;
  if (fact.fields !== undefined) {
    said.fields = Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([key, field]) => [
        key,
        { ...described(field, schema.required?.includes(key) === true), ...protoSaid(field, fact.fields?.[key]) },
      ]),
    );
  }
  if (schema['x-kubernetes-map-type'] !== undefined) said['x-kubernetes-map-type'] = schema['x-kubernetes-map-type'];
  if (schema['x-kubernetes-unions'] !== undefined) said['x-kubernetes-unions'] = schema['x-kubernetes-unions'];
  return said;
}

/** Number and type where the facts have them. They name messages where we say `message`, and see inlined ones not at all. */
function protoSaid({ proto }: Schema, fact: FactField | undefined): FactField {
  if (fact?.protoType === undefined) return {};
  const type = proto?.within === undefined ? proto?.type : 'message';
  return {
    proto: proto?.within?.[0] ?? proto?.number,
    protoType: type === protoType(fact.protoType) ? fact.protoType : (type ?? 'none'),
  };
}

/** Scalar protobuf type of a fact: `map<string, string>` names its values' type, messages are `message`. */
function protoType(text: string): string {
  const value = /^map<string, (.*)>$/.exec(text)?.[1] ?? text;
  if (value === 'ExtraValue') return 'stringList';
  return ['string', 'bytes', 'bool', 'int32', 'int64', 'double'].includes(value) ? value : 'message';
}

describe.skipIf(!existsSync(factsFile))('the catalogue beside the facts of the Kubernetes API', () => {
  const facts: Facts = existsSync(factsFile) ? JSON.parse(readFileSync(factsFile, 'utf8')) : { resources: [], types: {} };

  it('knows every type', () => {
    expect(Object.keys(facts.types).filter((name) => !types.has(name))).toEqual([]);
    expect([...types.keys()].filter((name) => !(name in facts.types)).filter((name) => !name.endsWith('List'))).toEqual([]);
  });

  it.each(Object.entries(facts.types))('%s', (name, fact) => {
    const schema = types.get(name)?.schema ?? {};
    expect(typeSaid(schema, fact)).toEqual(fact);
  });

  it.each([...types.values()].map((type) => [type.name, type] as const))('%s has each protobuf number once', (_name, type) => {
    const numbers = Object.values(type.schema.properties ?? {}).flatMap(({ proto }) =>
      proto === undefined ? [] : [[...(proto.within ?? []), proto.number].join('.')],
    );
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it.each(facts.resources.map((resource) => [`${resource.group}/${resource.version}/${resource.resource}`, resource] as const))(
    '%s is served as the facts say',
    (_name, fact) => {
      const kind = catalogue.find(
        ({ group, version, plural }) => group === fact.group && version === fact.version && plural === fact.resource,
      );
      expect(kind).toBeDefined();
      expect(kind?.namespaced).toBe(fact.namespaced);
      expect([...(kind?.verbs ?? [])]).toEqual(fact.verbs);
      expect(fact.kind.endsWith(`/${kind?.kind}`)).toBe(true);
      expect(facts.types[kind?.schema.name ?? '']?.gvk).toBe(fact.kind);
      const subresources = Object.entries(kind?.subresources ?? {}).map(([path, one]) => [path, { verbs: [...one.verbs], kind: one.kind }]);
      expect(Object.fromEntries(subresources)).toEqual(fact.subresources);
    },
  );

  it('has no resource that the facts lack', () => {
    expect(builtIn.length).toBe(facts.resources.length);
  });
});
