import { dns1035LabelError, dns1123SubdomainError, type FieldError, invalid, notSupported, required } from '@kajitori/apimachinery';
import { immutableField } from '../meta/immutable.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionSpec } from './custom-resource-definition.ts';

/** Names that follow from the kind, and a conversion that only changes the version. */
export function defaultCustomResourceDefinition({ spec }: CustomResourceDefinition): void {
  const { names } = spec;
  names.singular ??= names.kind.toLowerCase();
  names.listKind ??= `${names.kind}List`;
  spec.conversion ??= { strategy: 'None' };
}

/** What was ever stored may still lie there, so a version once stored stays in the list. */
export function withStoredVersions(draft: CustomResourceDefinition, before: readonly string[] = []): void {
  const storage = draft.spec.versions.find((version) => version.storage)?.name;
  const versions = storage === undefined || before.includes(storage) ? [...before] : [...before, storage];
  draft.status = { ...draft.status, storedVersions: versions };
}

/** The names and versions of a definition. Its schemas are checked where they are compiled. */
export function validateCustomResourceDefinition({ metadata, spec }: CustomResourceDefinition): FieldError[] {
  const wanted = `${spec.names.plural}.${spec.group}`;
  const errors: FieldError[] =
    metadata.name === wanted ? [] : [invalid('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group')];
  const wrong = dns1123SubdomainError(spec.group);
  if (wrong !== undefined) errors.push(invalid('spec.group', spec.group, wrong));
  else if (!spec.group.includes('.')) errors.push(invalid('spec.group', spec.group, 'should be a domain with at least one dot'));
  if (!['Cluster', 'Namespaced'].includes(spec.scope)) errors.push(notSupported('spec.scope', spec.scope, ['Cluster', 'Namespaced']));
  return [...errors, ...validateNames(spec), ...validateVersions(spec)];
}

function validateNames({ names }: CustomResourceDefinitionSpec): FieldError[] {
  const label = (field: string, value: string): FieldError[] => {
    const wrong = dns1035LabelError(value);
    return wrong === undefined ? [] : [invalid(`spec.names.${field}`, value, wrong)];
  };
  return [
    ...label('plural', names.plural),
    ...label('singular', names.singular ?? ''),
    ...label('kind', names.kind.toLowerCase()),
    ...label('listKind', (names.listKind ?? '').toLowerCase()),
    ...(names.shortNames ?? []).flatMap((short, index) => label(`shortNames[${index}]`, short)),
    ...(names.categories ?? []).flatMap((category, index) => label(`categories[${index}]`, category)),
    ...(names.kind !== '' && names.kind === names.listKind
      ? [invalid('spec.names.listKind', names.listKind, 'kind and listKind may not be the same')]
      : []),
  ];
}

function validateVersions({ versions, preserveUnknownFields, conversion }: CustomResourceDefinitionSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (preserveUnknownFields === true) {
    errors.push(
      invalid(
        'spec.preserveUnknownFields',
        true,
        'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
      ),
    );
  }
  const names = versions.map(({ name }) => name);
  if (versions.filter(({ storage }) => storage).length !== 1)
    errors.push(invalid('spec.versions', names, 'must have exactly one version marked as storage version'));
  for (const [index, { name, schema }] of versions.entries()) {
    const wrong = dns1035LabelError(name);
    if (wrong !== undefined) errors.push(invalid(`spec.versions[${index}].name`, name, wrong));
    if (names.indexOf(name) < index) errors.push(invalid('spec.versions', names, 'must contain unique version names'));
    if (schema?.openAPIV3Schema === undefined)
      errors.push(required(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required'));
  }
  if (conversion !== undefined && !['None', 'Webhook'].includes(conversion.strategy))
    errors.push(notSupported('spec.conversion.strategy', conversion.strategy, ['None', 'Webhook']));
  if (conversion?.strategy === 'Webhook' && conversion.webhook?.clientConfig === undefined)
    errors.push(required('spec.conversion.webhook.clientConfig', 'required when strategy is set to Webhook'));
  if (conversion?.strategy === 'None' && conversion.webhook !== undefined) {
    errors.push({
      reason: 'FieldValueForbidden',
      field: 'spec.conversion.webhook',
      message: 'Forbidden: should not be set when strategy is not set to Webhook',
    });
  }
  return errors;
}

export function validateCustomResourceDefinitionUpdate(
  { spec, status }: CustomResourceDefinition,
  old: CustomResourceDefinition,
): FieldError[] {
  const errors: FieldError[] = immutableField('spec.group', spec.group, old.spec.group);
  const established = old.status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True') === true;
  if (established)
    errors.push(
      ...immutableField('spec.scope', spec.scope, old.spec.scope),
      ...immutableField('spec.names.kind', spec.names.kind, old.spec.names.kind),
    );
  errors.push(...immutableField('spec.names.plural', spec.names.plural, old.spec.names.plural));
  const names = new Set(spec.versions.map(({ name }) => name));
  for (const [index, name] of (status?.storedVersions ?? []).entries()) {
    if (!names.has(name))
      errors.push(
        invalid(
          `status.storedVersions[${index}]`,
          name,
          `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
        ),
      );
  }
  return errors;
}
