import { dns1123SubdomainError } from '@kajitori/apimachinery';
import { boolean, int32, int64, list, object, ref, string, type Infer } from '@kajitori/schema';
import { CustomResourceConversion } from './conversion.ts';
import { customResourceCleanupFinalizer, markTerminating } from './definition-status.ts';
import { JSONSchemaProps } from './json-schema-props.ts';
import { standardVerbs, type Kind } from '../kind.ts';
import { keepStatus } from '../meta/status-split.ts';
import { Time } from '../meta/time.ts';
import { topLevel } from '../meta/top-level.ts';
import { createdColumn, nameColumn } from '../meta/columns.ts';
import {
  defaultCustomResourceDefinition,
  validateCustomResourceDefinition,
  validateCustomResourceDefinitionStatus,
  validateCustomResourceDefinitionUpdate,
  withStoredVersions,
} from './custom-resource-definition-rules.ts';

export const CustomResourceDefinition = topLevel('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition', {
  spec: ref(2, () => CustomResourceDefinitionSpec)
    .required()
    .always(),
  status: ref(3, () => CustomResourceDefinitionStatus).byValue(),
});
export type CustomResourceDefinition = Infer<typeof CustomResourceDefinition>;

export const CustomResourceDefinitionSpec = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec',
  {
    group: string(1).required(),
    names: ref(3, () => CustomResourceDefinitionNames).required(),
    scope: string(4).required(),
    versions: list(7, () => CustomResourceDefinitionVersion)
      .required()
      .atomic(),
    conversion: ref(9, () => CustomResourceConversion),
    preserveUnknownFields: boolean(10),
  },
);
export type CustomResourceDefinitionSpec = Infer<typeof CustomResourceDefinitionSpec>;

export const CustomResourceDefinitionVersion = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion',
  {
    name: string(1).required(),
    served: boolean(2).required(),
    storage: boolean(3).required(),
    schema: ref(4, () => CustomResourceValidation),
    subresources: ref(5, () => CustomResourceSubresources),
    additionalPrinterColumns: list(6, () => CustomResourceColumnDefinition).atomic(),
    deprecated: boolean(7),
    deprecationWarning: string(8).keepsZero(),
    selectableFields: list(9, () => SelectableField).atomic(),
  },
);
export type CustomResourceDefinitionVersion = Infer<typeof CustomResourceDefinitionVersion>;

export const CustomResourceDefinitionNames = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames',
  {
    plural: string(1).required(),
    singular: string(2),
    shortNames: list(3, string()).atomic(),
    kind: string(4).required(),
    listKind: string(5),
    categories: list(6, string()).atomic(),
  },
);
export type CustomResourceDefinitionNames = Infer<typeof CustomResourceDefinitionNames>;

export const CustomResourceDefinitionStatus = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus',
  {
    conditions: list(1, () => CustomResourceDefinitionCondition).mapBy('type'),
    acceptedNames: ref(2, () => CustomResourceDefinitionNames),
    storedVersions: list(3, string()).atomic(),
    observedGeneration: int64(4),
  },
);
export type CustomResourceDefinitionStatus = Infer<typeof CustomResourceDefinitionStatus>;

export const CustomResourceDefinitionCondition = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionCondition',
  {
    type: string(1).required(),
    status: string(2).required(),
    lastTransitionTime: ref(3, () => Time),
    reason: string(4),
    message: string(5),
    observedGeneration: int64(6),
  },
);
export type CustomResourceDefinitionCondition = Infer<typeof CustomResourceDefinitionCondition>;

export const CustomResourceColumnDefinition = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceColumnDefinition',
  {
    name: string(1).required(),
    type: string(2).required(),
    format: string(3),
    description: string(4),
    priority: int32(5),
    jsonPath: string(6).required(),
  },
);
export type CustomResourceColumnDefinition = Infer<typeof CustomResourceColumnDefinition>;

export const CustomResourceSubresources = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresources', {
  status: ref(1, () => CustomResourceSubresourceStatus),
  scale: ref(2, () => CustomResourceSubresourceScale),
});
export type CustomResourceSubresources = Infer<typeof CustomResourceSubresources>;

export const CustomResourceSubresourceScale = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceScale',
  {
    specReplicasPath: string(1).required(),
    statusReplicasPath: string(2).required(),
    labelSelectorPath: string(3).keepsZero(),
  },
);
export type CustomResourceSubresourceScale = Infer<typeof CustomResourceSubresourceScale>;

export const CustomResourceSubresourceStatus = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceStatus',
  {},
);
export type CustomResourceSubresourceStatus = Record<string, never>;

export const CustomResourceValidation = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceValidation', {
  openAPIV3Schema: ref(1, () => JSONSchemaProps),
});
export type CustomResourceValidation = Infer<typeof CustomResourceValidation>;

export const SelectableField = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.SelectableField', {
  jsonPath: string(1).required(),
});
export type SelectableField = Infer<typeof SelectableField>;

export const customResourceDefinitions: Kind<CustomResourceDefinition> = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  singular: 'customresourcedefinition',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  schema: CustomResourceDefinition,
  verbs: standardVerbs,
  stored: true,
  subresources: {
    status: { kind: 'apiextensions.k8s.io/v1/CustomResourceDefinition', verbs: ['get', 'patch', 'update'] },
  },
  strategy: {
    nameError: dns1123SubdomainError,
    generation: true,
    defaults: defaultCustomResourceDefinition,
    prepareForCreate(draft) {
      draft.status = {};
      withStoredVersions(draft);
    },
    prepareForUpdate(draft, old) {
      keepStatus(draft, old);
      withStoredVersions(draft, old.status?.storedVersions);
    },
    validate: validateCustomResourceDefinition,
    validateUpdate: validateCustomResourceDefinitionUpdate,
    validateStatusUpdate: validateCustomResourceDefinitionStatus,
    allowUnconditionalUpdate: false,
    deletionFinalizers: [customResourceCleanupFinalizer],
    beginDeletion: markTerminating,
  },
  columns: [nameColumn, createdColumn],
};
