import { dns1123SubdomainError, type FieldError, invalid } from '@kajitori/apimachinery';
import { boolean, bytes, map, string, type Infer } from '@kajitori/schema';
import { ageColumn, countColumn, nameColumn } from '../meta/columns.ts';
import { base64Bytes, validateDataKeys, validateDataSize, validateImmutable } from './data-keys.ts';
import { standardVerbs, type Kind } from '../kind.ts';
import { topLevel } from '../meta/top-level.ts';

export const ConfigMap = topLevel(
  'io.k8s.api.core.v1.ConfigMap',
  {
    data: map(2, string()).describe('Text by key. Keys are file names.'),
    binaryData: map(3, bytes()).describe('Bytes by key, for what is no UTF-8 text.'),
    immutable: boolean(4).keepsZero().describe('Whether the data is fixed for good; readers then need not look again.'),
  },
  { description: 'Settings for programs to read, as variables or files.' },
);
export type ConfigMap = Infer<typeof ConfigMap>;

function validateConfigMap({ data = {}, binaryData = {} }: ConfigMap): FieldError[] {
  const twice = Object.keys(data).filter((key) => Object.hasOwn(binaryData, key));
  const bytesOf =
    Object.values(data).reduce((sum, value) => sum + Buffer.byteLength(value), 0) +
    Object.values(binaryData).reduce((sum, value) => sum + base64Bytes(value), 0);
  return [
    ...validateDataKeys(data, 'data'),
    ...twice.map((key) => invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')),
    ...validateDataKeys(binaryData, 'binaryData'),
    ...validateDataSize(bytesOf, ''),
  ];
}

export const configMaps: Kind<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  namespaced: true,
  schema: ConfigMap,
  verbs: standardVerbs,
  stored: true,
  strategy: {
    nameError: dns1123SubdomainError,
    generation: false,
    validate: validateConfigMap,
    validateUpdate: (configMap, old) => validateImmutable(configMap, old, ['data', 'binaryData']),
    allowUnconditionalUpdate: true,
  },
  columns: [
    nameColumn,
    countColumn(
      'Data',
      'How many keys it has.',
      ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
    ),
    ageColumn,
  ],
};
