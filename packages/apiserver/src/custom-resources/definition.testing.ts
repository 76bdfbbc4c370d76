import type { CustomResourceDefinition } from '@kajitori/kinds';

type Version = CustomResourceDefinition['spec']['versions'][number];
type SchemaProps = NonNullable<NonNullable<Version['schema']>['openAPIV3Schema']>;

/** A definition of Backups of databases, with all that a version may say; the tests change what they are about. */
export function backupDefinition(change: (definition: CustomResourceDefinition) => void = () => undefined): CustomResourceDefinition {
  const definition: CustomResourceDefinition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'backups.stable.example.com' },
    spec: {
      group: 'stable.example.com',
      scope: 'Namespaced',
      names: { plural: 'backups', singular: 'backup', kind: 'Backup', shortNames: ['bk'], categories: ['all'] },
      versions: [backupVersion('v1', { served: true, storage: true })],
    },
  };
  change(definition);
  return definition;
}

export function backupVersion(name: string, { served, storage }: { served: boolean; storage: boolean }): Version {
  return {
    name,
    served,
    storage,
    schema: { openAPIV3Schema: backupSchema() },
    subresources: {
      status: {},
      scale: { specReplicasPath: '.spec.copies', statusReplicasPath: '.status.copies', labelSelectorPath: '.status.selector' },
    },
    selectableFields: [{ jsonPath: '.spec.target' }],
    additionalPrinterColumns: [
      { name: 'Target', type: 'string', jsonPath: '.spec.target' },
      { name: 'Copies', type: 'integer', jsonPath: '.spec.copies' },
      { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      { name: 'Schedule', type: 'string', priority: 1, jsonPath: '.spec.schedule' },
    ],
  };
}

function backupSchema(): SchemaProps {
  return {
    type: 'object',
    description: 'A copy of a database, made on a schedule.',
    required: ['spec'],
    properties: {
      metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 50 } } },
      spec: {
        type: 'object',
        required: ['target'],
        properties: {
          target: { type: 'string', description: 'The database.', minLength: 1 },
          schedule: { type: 'string', default: '@daily' },
          copies: { type: 'integer', format: 'int32', minimum: 0, maximum: 10, default: 1 },
          note: { type: 'string', nullable: true },
          port: { 'x-kubernetes-int-or-string': true },
          options: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          template: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
          tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
          stores: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['name'],
            items: {
              type: 'object',
              required: ['name'],
              properties: { name: { type: 'string' }, url: { type: 'string', format: 'uri' }, region: { type: 'string', default: 'eu' } },
            },
          },
        },
      },
      status: {
        type: 'object',
        properties: {
          copies: { type: 'integer' },
          selector: { type: 'string' },
          conditions: {
            type: 'array',
            items: { type: 'object', properties: { type: { type: 'string' }, status: { type: 'string' } } },
          },
        },
      },
    },
  };
}

export function backup(name: string, spec: object = { target: 'orders' }, more: object = {}): Record<string, unknown> {
  return { apiVersion: 'stable.example.com/v1', kind: 'Backup', metadata: { name, namespace: 'default' }, spec, ...more };
}
