/** What an aggregated server says it serves, in the form of the aggregated discovery document. Pure. */
import { z } from 'zod';

const texts = z.array(z.string().max(253)).max(64);
const resourceForm = z.object({
  name: z.string().min(1).max(253),
  singularName: z.string().max(253).default(''),
  namespaced: z.boolean(),
  kind: z.string().max(253),
  group: z.string().max(253).optional(),
  version: z.string().max(63).optional(),
  verbs: texts.nullish().transform((verbs) => verbs ?? []),
  shortNames: texts.nullish(),
  categories: texts.nullish(),
});
export const resourceListForm = z.object({ groupVersion: z.string(), resources: z.array(resourceForm).max(1000) });
export type ResourceList = z.infer<typeof resourceListForm>;

type Resource = ResourceList['resources'][number];
type GroupVersion = { group: string; version: string };

export function discoveredResources(groupVersion: GroupVersion, { resources }: ResourceList): object[] {
  return resources.filter(({ name }) => !name.includes('/')).map((one) => discoveredResource(groupVersion, one, resources));
}

function discoveredResource(groupVersion: GroupVersion, one: Resource, all: readonly Resource[]): object {
  const subresources = all
    .filter(({ name }) => name.startsWith(`${one.name}/`))
    .map((sub) => ({ subresource: sub.name.slice(one.name.length + 1), responseKind: responseKind(groupVersion, sub), verbs: sub.verbs }));
  return {
    resource: one.name,
    responseKind: responseKind(groupVersion, one),
    scope: one.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: one.singularName,
    verbs: one.verbs,
    ...optional('shortNames', one.shortNames),
    ...optional('categories', one.categories),
    ...optional('subresources', subresources),
  };
}

function responseKind({ group, version }: GroupVersion, one: Resource): object {
  return { group: one.group ?? group, version: one.version ?? version, kind: one.kind };
}

function optional(name: string, list: readonly unknown[] | null | undefined): Record<string, unknown> {
  return list === undefined || list === null || list.length === 0 ? {} : { [name]: list };
}
