import { certificationRequest } from './certificates/certification-request.fixture.ts';
import { describe, expect, it } from 'vitest';
import { create, type Manifest, row, update } from './admission.fixture.ts';
import {
  apiServices,
  certificateSigningRequests,
  customResourceDefinitions,
  flowSchemas,
  type Kind,
  mutatingWebhookConfigurations,
  priorityClasses,
  priorityLevelConfigurations,
  storageClasses,
  validatingAdmissionPolicies,
} from './index.ts';

const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } };
const definition = (spec: object = {}, name = 'widgets.example.com'): Manifest => ({
  metadata: { name },
  spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget' }, versions: [version], ...spec },
});
const webhook = (fields: object = {}): Manifest => ({
  webhooks: [
    {
      name: 'a.example.com',
      clientConfig: { service: { namespace: 'n', name: 's' } },
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
      ...fields,
    },
  ],
});

describe('a CustomResourceDefinition', () => {
  const { object: stored, errors: none } = create(customResourceDefinitions, definition());

  it('gets its other names, and remembers what it stores', () => {
    expect(none).toEqual([]);
    expect(stored).toMatchObject({
      spec: { names: { singular: 'widget', listKind: 'WidgetList' }, conversion: { strategy: 'None' } },
      status: { storedVersions: ['v1'] },
    });
  });

  it.each([
    [
      'another name',
      definition({}, 'things.example.com'),
      ['metadata.name: Invalid value: "things.example.com": must be spec.names.plural+"."+spec.group'],
    ],
    [
      'no schema',
      definition({ versions: [{ ...version, schema: undefined }] }),
      ['spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required'],
    ],
    [
      'two that are stored',
      definition({ versions: [version, { ...version, name: 'v2' }] }),
      ['spec.versions: Invalid value: ["v1","v2"]: must have exactly one version marked as storage version'],
    ],
    [
      'an unknown scope',
      definition({ scope: 'World' }),
      ['spec.scope: Unsupported value: "World": supported values: "Cluster", "Namespaced"'],
    ],
  ])('refuses %s', (_name, manifest, errors) => {
    expect(create(customResourceDefinitions, manifest).errors).toEqual(errors);
  });

  it('keeps a version that may still lie in storage', () => {
    const { object, errors } = update(customResourceDefinitions, stored, ({ spec }) => {
      spec.versions = [{ ...version, name: 'v2' }];
    });
    expect(object.status?.storedVersions).toEqual(['v1', 'v2']);
    expect(errors).toEqual([expect.stringContaining('status.storedVersions[0]: Invalid value: "v1": missing from spec.versions')]);
  });
});

describe('a webhook', () => {
  it('gets the defaults of Kubernetes', () => {
    const { object, errors } = create(mutatingWebhookConfigurations, webhook());
    expect(errors).toEqual([]);
    expect(object.webhooks?.[0]).toMatchObject({
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      timeoutSeconds: 10,
      reinvocationPolicy: 'Never',
      namespaceSelector: {},
      objectSelector: {},
      rules: [{ scope: '*' }],
      clientConfig: { service: { port: 443 } },
    });
  });

  it.each([
    [
      'a short name',
      { name: 'a' },
      ['webhooks[0].name: Invalid value: "a": should be a domain with at least three segments separated by dots'],
    ],
    [
      'effects that nobody undoes',
      { sideEffects: 'Some' },
      ['webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"'],
    ],
    [
      'more patience than there is',
      { timeoutSeconds: 31 },
      ['webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds'],
    ],
    ['nowhere to go', { clientConfig: {} }, ['webhooks[0].clientConfig: Required value: exactly one of url or service is required']],
    [
      'an open line',
      { clientConfig: { url: 'http://a.example' } },
      [
        'webhooks[0].clientConfig.url: Invalid value: "http://a.example": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
      ],
    ],
  ])('refuses %s', (_name, fields, errors) => {
    expect(create(mutatingWebhookConfigurations, webhook(fields)).errors).toEqual(errors);
  });
});

describe('defaults', () => {
  it.each<[string, Kind, Manifest, object]>([
    [
      'ValidatingAdmissionPolicy',
      validatingAdmissionPolicies,
      { spec: { matchConstraints: {} } },
      { spec: { failurePolicy: 'Fail', matchConstraints: { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} } } },
    ],
    ['FlowSchema', flowSchemas, { spec: { priorityLevelConfiguration: { name: 'a' } } }, { spec: { matchingPrecedence: 1000 } }],
    [
      'PriorityLevelConfiguration',
      priorityLevelConfigurations,
      { spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: {} } } } },
      {
        spec: {
          limited: {
            nominalConcurrencyShares: 30,
            lendablePercent: 0,
            limitResponse: { queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
          },
        },
      },
    ],
    ['StorageClass', storageClasses, { provisioner: 'example.com/disk' }, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }],
    ['PriorityClass', priorityClasses, { value: 5 }, { preemptionPolicy: 'PreemptLowerPriority' }],
  ])('of a %s', (_name, kind, manifest, filled) => {
    expect(create(kind, manifest).object).toMatchObject(filled);
  });
});

const remoteApi = { group: 'a', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 };

describe('what is refused', () => {
  it.each<[string, Kind, Manifest, string[]]>([
    [
      'a class in the system’s name',
      priorityClasses,
      { metadata: { name: 'system-mine' }, value: 1 },
      ["metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only"],
    ],
    [
      'a class above all',
      priorityClasses,
      { value: 1_000_000_001 },
      ['value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
    ],
    [
      'an API under another name',
      apiServices,
      { metadata: { name: 'v1.b' }, spec: { group: 'a', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 } },
      ['metadata.name: Invalid value: "v1.b": must be `spec.version+"."+spec.group`: "v1.a"'],
    ],
    [
      'an API that is and is not verified, without a place',
      apiServices,
      {
        metadata: { name: 'v1.a' },
        spec: { ...remoteApi, service: { port: 0 }, insecureSkipTLSVerify: true, caBundle: 'YQ==' },
      },
      [
        'spec.service.namespace: Required value',
        'spec.service.name: Required value',
        'spec.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, inclusive',
        'spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present',
      ],
    ],
    [
      'a local API that is not verified',
      apiServices,
      { metadata: { name: 'v1.a' }, spec: { ...remoteApi, insecureSkipTLSVerify: true } },
      ['spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify'],
    ],
    [
      'a certificate for a moment',
      certificateSigningRequests,
      {
        spec: {
          request: certificationRequest({ commonName: 'a' }).request,
          signerName: 'a.example/b',
          usages: ['client auth'],
          expirationSeconds: 5,
        },
      },
      ['spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 600 seconds (10 minutes)'],
    ],
  ])('%s', (_name, kind, manifest, errors) => {
    expect(create(kind, manifest).errors).toEqual(errors);
  });

  it('another provisioner for a class', () => {
    const stored = create(storageClasses, { provisioner: 'a' }).object;
    const { errors } = update(storageClasses, stored, (draft) => {
      draft.provisioner = 'b';
    });
    expect(errors).toEqual(['provisioner: Forbidden: updates to provisioner are forbidden.']);
  });
});

it('says of a local API that it is available, and of another that this is not known', () => {
  const named = (spec: object): Manifest => ({ metadata: { name: 'v1.a', creationTimestamp: '2026-01-01T00:00:00Z' }, spec });
  expect(row(apiServices, create(apiServices, named(remoteApi)).object)).toMatchObject({ Service: 'Local', Available: 'True' });
  const service = { namespace: 'n', name: 's' };
  expect(row(apiServices, create(apiServices, named({ ...remoteApi, service })).object)).toMatchObject({
    Service: 'n/s',
    Available: 'Unknown',
  });
});

it('marks the default storage class in its name', () => {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
  expect(row(storageClasses, create(storageClasses, { metadata: { name: 'fast', annotations }, provisioner: 'a' }).object)).toMatchObject({
    Name: 'fast (default)',
    AllowVolumeExpansion: false,
  });
});
