import {
  dns1123LabelError,
  type FieldError,
  forbiddenField,
  invalid,
  type ObjectMeta,
  type OwnerReference,
  parseApiVersion,
  qualifiedNameError,
  required,
} from '@kajitori/apimachinery';
import { immutableField } from './immutable.ts';
import { validateAnnotations, validateLabels } from './validate-labels.ts';

export interface MetaRules {
  namespaced: boolean;
  nameError(name: string): string | undefined;
  /** Finalizers need not say whose they are: definitions and custom resources have taken any qualified name from the start. */
  plainFinalizers?: boolean;
}

/** What is wrong with the metadata of a new object; `field` is where it stands (a template's stands deeper). */
export function validateObjectMeta(metadata: ObjectMeta, rules: MetaRules, field = 'metadata'): FieldError[] {
  const { name, generateName, namespace = '' } = metadata;
  const errors: FieldError[] = [];
  if (generateName !== undefined && generateName !== '') {
    // A prefix may end where a name may not: what will be appended is alphanumeric.
    const wrong = rules.nameError(generateName.replace(/[-.]+$/, (tail) => 'a'.repeat(tail.length)));
    if (wrong !== undefined) errors.push(invalid(`${field}.generateName`, generateName, wrong));
  }
  if (name === undefined || name === '') errors.push(required(`${field}.name`, 'name or generateName is required'));
  else {
    const wrong = rules.nameError(name);
    if (wrong !== undefined) errors.push(invalid(`${field}.name`, name, wrong));
  }
  if (!rules.namespaced) {
    if (namespace !== '') errors.push(forbiddenField(`${field}.namespace`, 'not allowed on this type'));
  } else if (namespace === '') errors.push(required(`${field}.namespace`));
  else {
    const wrong = dns1123LabelError(namespace);
    if (wrong !== undefined) errors.push(invalid(`${field}.namespace`, namespace, wrong));
  }
  return [...errors, ...validateMetaContents(metadata, field, rules.plainFinalizers)];
}

/** The rules that hold for metadata wherever it stands, also without a name. */
function validateMetaContents(metadata: ObjectMeta, field: string, plainFinalizers?: boolean): FieldError[] {
  return [
    ...(metadata.generation !== undefined && metadata.generation < 0
      ? [invalid(`${field}.generation`, metadata.generation, 'must be greater than or equal to 0')]
      : []),
    ...validateLabels(metadata.labels, `${field}.labels`),
    ...validateAnnotations(metadata.annotations, `${field}.annotations`),
    ...validateOwnerReferences(metadata.ownerReferences ?? [], `${field}.ownerReferences`),
    ...validateFinalizers(metadata.finalizers ?? [], `${field}.finalizers`, plainFinalizers),
  ];
}

function validateOwnerReferences(owners: readonly OwnerReference[], field: string): FieldError[] {
  const controllers = owners.filter((owner) => owner.controller === true);
  const [first, second] = controllers;
  return [
    ...owners.flatMap((owner) => validateOwnerReference(owner, field)),
    ...(first !== undefined && second !== undefined
      ? [
          invalid(
            field,
            owners,
            `Only one reference can have Controller set to true. Found "true" in references for ${first.name} and ${second.name}`,
          ),
        ]
      : []),
  ];
}

function validateOwnerReference(owner: OwnerReference, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const gv = parseApiVersion(owner.apiVersion);
  if (gv === undefined) errors.push(invalid(`${field}.apiVersion`, owner.apiVersion, 'version must not be empty'));
  for (const key of ['kind', 'name', 'uid'] as const)
    if (owner[key] === '') errors.push(invalid(`${field}.${key}`, '', 'must not be empty'));
  if (owner.kind === 'Event' && (gv?.group === '' || gv?.group === 'events.k8s.io')) {
    errors.push(invalid(field, owner, `${owner.apiVersion}, Kind=Event is disallowed from being an owner`));
  }
  return errors;
}

const standardFinalizers: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

export function validateFinalizers(finalizers: readonly string[], field: string, plain = false): FieldError[] {
  return finalizers.flatMap((name) => {
    const wrong = qualifiedNameError(name);
    if (wrong !== undefined) return [invalid(field, name, wrong)];
    return plain || name.includes('/') || standardFinalizers.has(name)
      ? []
      : [invalid(field, name, 'name is neither a standard finalizer name nor is it fully qualified')];
  });
}

/** What an update may not change about metadata. */
export function validateObjectMetaUpdate(
  metadata: ObjectMeta,
  old: ObjectMeta,
  { field = 'metadata', plainFinalizers }: { field?: string } & Pick<MetaRules, 'plainFinalizers'> = {},
): FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp !== undefined) {
    const added = (metadata.finalizers ?? []).filter((name) => old.finalizers?.includes(name) !== true);
    if (added.length > 0) {
      const list = added.map((name) => JSON.stringify(name)).join(', ');
      errors.push(
        forbiddenField(
          `${field}.finalizers`,
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
        ),
      );
    }
  }
  if ((metadata.resourceVersion ?? '') === '')
    errors.push(invalid(`${field}.resourceVersion`, metadata.resourceVersion ?? '', 'must be specified for an update'));
  if ((metadata.generation ?? 0) < (old.generation ?? 0))
    errors.push(invalid(`${field}.generation`, metadata.generation ?? 0, 'must not be decremented'));
  for (const key of ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    errors.push(...immutableField(`${field}.${key}`, metadata[key], old[key]));
  }
  return [...errors, ...validateMetaContents(metadata, field, plainFinalizers)];
}
