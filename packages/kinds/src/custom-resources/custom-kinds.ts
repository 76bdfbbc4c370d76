import { apiVersionOf, dns1123SubdomainError, type FieldError, type KubeObject } from '@kajitori/apimachinery';
import { applyDefaults, normalize, type Schema, StructuralType, validate } from '@kajitori/schema';
import type { WebhookConversion } from '../apiextensions/conversion.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '../apiextensions/custom-resource-definition.ts';
import { type FieldReader, type Kind, standardVerbs, type Subresource } from '../kind.ts';
import { definitionName } from './definition-name.ts';
import { jsonPath } from './json-path.ts';
import { printerColumns } from './printer-columns.ts';
import { ruleErrors } from './rules/rule-errors.ts';
import { scaleErrors } from './scale-rules.ts';
import { preferredVersions } from './version-order.ts';

/** Where the schemas of a definition's versions are found when they are needed; they are not kept with the kinds. */
export interface VersionSchemas {
  /** Compiled walks hang on it: the same object as long as it is in use. */
  schema(version: string): Schema;
  publishedSchema(version: string): Schema;
  /** What the definition demands of names beyond what Kubernetes does. */
  metadataSchema(version: string): Schema | undefined;
  contentHash(version: string): string;
}

/**
 * The kinds that an accepted CustomResourceDefinition makes, one a version, the most preferred first. Pure. Rows are those of the
 * storage version, served or not; other versions are views of it, converted by writing another apiVersion, or, where a webhook converts, kinds
 * of their own that say so.
 */
export function customKinds(definition: CustomResourceDefinition, schemas: VersionSchemas): Kind[] {
  const { versions } = definition.spec;
  const stored = versions.find(({ storage }) => storage);
  if (stored === undefined) return [];
  const hub = kindOfVersion(definition, stored, schemas);
  const { webhook, strategy } = definition.spec.conversion ?? { strategy: 'None' };
  if (strategy === 'Webhook' && webhook !== undefined) {
    return preferredVersions(versions).map((version) => convertedBy(webhook, stored.name, kindOfVersion(definition, version, schemas)));
  }
  return preferredVersions(versions).map((version) =>
    version === stored ? hub : viewOf(hub, kindOfVersion(definition, version, schemas)),
  );
}

function kindOfVersion(definition: CustomResourceDefinition, version: CustomResourceDefinitionVersion, schemas: VersionSchemas): Kind {
  const { group, scope } = definition.spec;
  const names = { ...definition.spec.names, ...definition.status?.acceptedNames };
  const { name, subresources } = version;
  const gvk = { group, version: name, kind: names.kind };
  const scale = subresources?.scale;
  const selectable = selectableFields(version);
  const deprecationWarning = deprecationOf(definition, version);
  return {
    ...gvk,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    listKind: names.listKind ?? `${names.kind}List`,
    ...(names.shortNames === undefined ? {} : { shortNames: names.shortNames }),
    ...(names.categories === undefined ? {} : { categories: names.categories }),
    namespaced: scope === 'Namespaced',
    schema: new StructuralType<KubeObject>(definitionName(gvk), () => schemas.schema(name)),
    verbs: standardVerbs,
    stored: true,
    subresources: subresourcesOf(gvk, version),
    ...(selectable === undefined ? {} : { selectableFields: selectable }),
    columns: printerColumns(version.additionalPrinterColumns),
    custom: {
      definition: definition.metadata.name ?? '',
      definitionUid: definition.metadata.uid ?? '',
      generation: definition.metadata.generation ?? 0,
      served: version.served,
      terminating: definition.metadata.deletionTimestamp !== undefined,
      publishedSchema: () => schemas.publishedSchema(name),
      contentHash: schemas.contentHash(name),
      ...(deprecationWarning === undefined ? {} : { deprecationWarning }),
    },
    strategy: {
      nameError: dns1123SubdomainError,
      generation: true,
      allowUnconditionalUpdate: false,
      validateTransition: (object, old, found) => ruleErrors(schemas.schema(name), object, { old, found }),
      prepareForCreate(draft) {
        if (subresources?.status !== undefined) delete draft['status'];
      },
      validate: (object) => [
        ...metadataErrors(schemas.metadataSchema(name), object),
        ...(scale === undefined ? [] : scaleErrors(scale, object, ['spec', 'status'])),
      ],
      ...(scale === undefined ? {} : { validateStatusUpdate: (object: KubeObject) => scaleErrors(scale, object, ['status']) }),
    },
  };
}

function convertedBy(webhook: WebhookConversion, stored: string, kind: Kind): Kind {
  return kind.custom === undefined ? kind : { ...kind, custom: { ...kind.custom, conversion: { webhook, stored } } };
}

function metadataErrors(schema: Schema | undefined, { metadata }: KubeObject): FieldError[] {
  return schema === undefined ? [] : validate({ type: 'object', properties: { metadata: schema } }, { metadata });
}

function subresourcesOf(
  gvk: { group: string; version: string; kind: string },
  { subresources }: CustomResourceDefinitionVersion,
): Record<string, Subresource> {
  const verbs = ['get', 'patch', 'update'];
  const made: Record<string, Subresource> = {};
  if (subresources?.status !== undefined) made['status'] = { kind: `${apiVersionOf(gvk)}/${gvk.kind}`, verbs };
  if (subresources?.scale !== undefined) {
    const { specReplicasPath, statusReplicasPath, labelSelectorPath } = subresources.scale;
    made['scale'] = {
      kind: 'autoscaling/v1/Scale',
      verbs,
      scale: { specReplicas: specReplicasPath, statusReplicas: statusReplicasPath, selector: labelSelectorPath ?? '' },
    };
  }
  return made;
}

function selectableFields({
  selectableFields: fields = [],
}: CustomResourceDefinitionVersion): Record<string, FieldReader<KubeObject>> | undefined {
  if (fields.length === 0) return undefined;
  return Object.fromEntries(
    fields.map(({ jsonPath: path }): [string, FieldReader<KubeObject>] => {
      const find = jsonPath(path);
      return [path.replace(/^\./, ''), (object) => textOf(find(object)[0])];
    }),
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function deprecationOf(
  { spec: { group, names, versions } }: CustomResourceDefinition,
  { name, deprecated, deprecationWarning }: CustomResourceDefinitionVersion,
): string | undefined {
  if (deprecated !== true) return undefined;
  if (deprecationWarning !== undefined) return deprecationWarning;
  const [newest] = preferredVersions(versions.filter((one) => one.served && one.deprecated !== true));
  const instead = newest === undefined ? '' : `; use ${group}/${newest.name} ${names.kind}`;
  return `${group}/${name} ${names.kind} is deprecated${instead}`;
}

/** Another version of a stored kind: the same fields under another apiVersion, as far as this version's schema knows them. */
function viewOf(hub: Kind, kind: Kind): Kind {
  return {
    ...kind,
    hub: {
      kind: hub,
      toHub: (object) => fitted(hub, object),
      fromHub: (stored) => fitted(kind, stored),
    },
  };
}

function fitted(kind: Kind, object: KubeObject): KubeObject {
  const draft = { ...structuredClone(object), apiVersion: apiVersionOf(kind) };
  const { schema } = kind.schema;
  normalize(schema, draft, { unknown: 'drop' });
  applyDefaults(schema, draft);
  return draft;
}
