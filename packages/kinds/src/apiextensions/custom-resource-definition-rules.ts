import { dns1035LabelError, dns1123SubdomainError, type FieldError, invalid, notSupported, required } from '@kajitori/apimachinery';
import { conversionErrors } from './conversion-rules.ts';
import { approvalOf, isProtectedGroup } from './definition-status.ts';
import { versionErrors } from './version-rules.ts';
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

export function validateCustomResourceDefinition(definition: CustomResourceDefinition): FieldError[] {
  const { metadata, spec } = definition;
  const wanted = `${spec.names.plural}.${spec.group}`;
  const errors: FieldError[] =
    metadata.name === wanted ? [] : [invalid('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group')];
  const wrong = dns1123SubdomainError(spec.group);
  if (spec.group === '') errors.push(required('spec.group'));
  else if (wrong !== undefined) errors.push(invalid('spec.group', spec.group, wrong));
  else if (!spec.group.includes('.')) errors.push(invalid('spec.group', spec.group, 'should be a domain with at least one dot'));
  if (!['Cluster', 'Namespaced'].includes(spec.scope)) errors.push(notSupported('spec.scope', spec.scope, ['Cluster', 'Namespaced']));
  if (isProtectedGroup(spec.group)) {
    const { state, message } = approvalOf(definition);
    const field = 'metadata.annotations[api-approved.kubernetes.io]';
    if (state === 'missing') errors.push(required(field, message));
    if (state === 'invalid') errors.push(invalid(field, metadata.annotations?.['api-approved.kubernetes.io'], message));
  }
  return [...errors, ...validateNames(spec), ...validateVersions(spec)];
}

function validateNames({ names }: CustomResourceDefinitionSpec): FieldError[] {
  const label = (field: string, value: string): FieldError[] => {
    const wrong = dns1035LabelError(value);
    return wrong === undefined ? [] : [invalid(`spec.names.${field}`, value, wrong)];
  };
  const kind = (field: string, value: string): FieldError[] => {
    if (value === '') return [required(`spec.names.${field}`)];
    const wrong = dns1035LabelError(value.toLowerCase());
    return wrong === undefined ? [] : [invalid(`spec.names.${field}`, value, `may have mixed case, but should otherwise match: ${wrong}`)];
  };
  const named = (field: string, value: string): FieldError[] => (value === '' ? [required(`spec.names.${field}`)] : label(field, value));
  return [
    ...named('plural', names.plural),
    ...named('singular', names.singular ?? ''),
    ...kind('kind', names.kind),
    ...kind('listKind', names.listKind ?? ''),
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
  if (new Set(names).size < names.length) errors.push(invalid('spec.versions', names, 'must contain unique version names'));
  if (versions.filter(({ storage }) => storage).length !== 1)
    errors.push(invalid('spec.versions', names, 'must have exactly one version marked as storage version'));
  for (const [index, version] of versions.entries()) errors.push(...versionErrors(version, `spec.versions[${index}]`));
  return conversion === undefined ? errors : [...errors, ...conversionErrors(conversion, 'spec.conversion')];
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
  return [...errors, ...storedVersionErrors(spec, status?.storedVersions ?? [])];
}

/** Through `status`, a version may be taken from the stored ones once nothing lies there in it any more. */
export function validateCustomResourceDefinitionStatus({ spec, status }: CustomResourceDefinition): FieldError[] {
  const stored = status?.storedVersions ?? [];
  const storage = spec.versions.find((version) => version.storage)?.name ?? '';
  if (stored.length === 0) return [invalid('status.storedVersions', stored, 'must have at least one stored version')];
  const missing = stored.includes(storage) ? [] : [invalid('status.storedVersions', stored, `must have the storage version ${storage}`)];
  return [...missing, ...storedVersionErrors(spec, stored)];
}

function storedVersionErrors({ versions }: CustomResourceDefinitionSpec, stored: readonly string[]): FieldError[] {
  const names = new Set(versions.map(({ name }) => name));
  return stored.flatMap((name, index) =>
    names.has(name)
      ? []
      : [
          invalid(
            `status.storedVersions[${index}]`,
            name,
            `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
          ),
        ],
  );
}
