/** Definitions of the shapes that widely used operators bring, written for these tests. */

type Json = Record<string, unknown>;

interface Definition {
  group: string;
  kind: string;
  plural: string;
  shortNames?: readonly string[];
  scope?: 'Namespaced' | 'Cluster';
  versions: readonly Json[];
}

export function definition({ group, kind, plural, shortNames = [], scope = 'Namespaced', versions }: Definition): string {
  return JSON.stringify({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: { group, scope, names: { kind, plural, singular: kind.toLowerCase(), shortNames, categories: ['e2e'] }, versions },
  });
}

const text = { type: 'string' };
const condition = {
  type: 'object',
  required: ['type', 'status'],
  properties: { type: text, status: { type: 'string', enum: ['True', 'False', 'Unknown'] }, reason: text, message: text },
};

/** A certificate that an issuer renews: required fields, defaults, rules, columns from conditions. */
export function certificateDefinition(group: string): string {
  const spec = {
    type: 'object',
    description: 'What the certificate is for.',
    required: ['secretName', 'issuerRef'],
    properties: {
      secretName: { type: 'string', minLength: 1, description: 'The Secret that the key pair is written to.' },
      dnsNames: { type: 'array', items: { type: 'string', maxLength: 253 }, maxItems: 100, 'x-kubernetes-list-type': 'set' },
      duration: { type: 'string', default: '2160h', maxLength: 20 },
      issuerRef: {
        type: 'object',
        required: ['name'],
        properties: { name: text, kind: { type: 'string', default: 'Issuer' }, group: text },
        'x-kubernetes-map-type': 'atomic',
      },
      replicas: { type: 'integer', minimum: 0, default: 1 },
    },
    'x-kubernetes-validations': [
      { rule: 'self.secretName == oldSelf.secretName', message: 'secretName is immutable' },
      { rule: "!has(self.dnsNames) || self.dnsNames.all(name, !name.startsWith('-'))", message: 'a DNS name does not start with a dash' },
    ],
  };
  const status = {
    type: 'object',
    properties: {
      conditions: { type: 'array', items: condition, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
      replicas: { type: 'integer' },
      notAfter: { type: 'string', format: 'date-time' },
    },
  };
  const version = {
    name: 'v1',
    served: true,
    storage: true,
    schema: {
      openAPIV3Schema: { type: 'object', description: 'A certificate that is renewed.', required: ['spec'], properties: { spec, status } },
    },
    subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
    selectableFields: [{ jsonPath: '.spec.secretName' }],
    additionalPrinterColumns: [
      { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
      { name: 'Secret', type: 'string', jsonPath: '.spec.secretName' },
      { name: 'Issuer', type: 'string', priority: 1, jsonPath: '.spec.issuerRef.name' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
  };
  return definition({ group, kind: 'Certificate', plural: 'certificates', shortNames: ['cert'], versions: [version] });
}

export function certificate(group: string, name: string, secretName: string, more: Json = {}): string {
  const spec = { secretName, dnsNames: ['example.com'], issuerRef: { name: 'ca', kind: 'Issuer' }, ...more };
  return JSON.stringify({ apiVersion: `${group}/v1`, kind: 'Certificate', metadata: { name }, spec });
}

/** Two versions of one kind; the newer has a field more and is what is stored. */
export function twoVersions(group: string): string {
  const version = (name: string, storage: boolean, fields: Json): Json => ({
    name,
    served: true,
    storage,
    ...(storage ? {} : { deprecated: true }),
    schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: fields } } } },
  });
  return definition({
    group,
    kind: 'Gadget',
    plural: 'gadgets',
    scope: 'Cluster',
    versions: [
      version('v1beta1', false, { size: { type: 'integer' } }),
      version('v1', true, { size: { type: 'integer' }, color: { type: 'string', default: 'blue' } }),
    ],
  });
}

/** A definition of about half a megabyte, as those of applications and stacks are: deep, wide and mostly prose. */
export function largeDefinition(group: string): string {
  const prose = 'Says how this part of the application is to be built, where it comes from and what becomes of it when it changes. ';
  const part = (depth: number): Json => ({
    type: 'object',
    description: prose.repeat(6),
    properties: Object.fromEntries(
      Array.from({ length: 8 }, (_, at) => [
        `field${at}`,
        depth === 0 || at > 5 ? { type: 'string', description: prose } : part(depth - 1),
      ]),
    ),
  });
  const properties = { spec: part(3), status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const schema = { openAPIV3Schema: { type: 'object', description: prose, properties } };
  return definition({
    group,
    kind: 'Application',
    plural: 'applications',
    versions: [{ name: 'v1alpha1', served: true, storage: true, schema }],
  });
}
