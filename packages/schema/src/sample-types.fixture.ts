import { boolean, bytes, coded, double, int32, int64, inline, list, map, type NamedType, object, ref, string } from './builder.ts';
import type { Schema } from './schema.ts';

/** A few types shaped like Kubernetes' own, for the tests of this package; the real ones live a level higher. */

export const Time = coded<string>('test.v1.Time', 'time', { type: 'string', format: 'date-time' });
export const MicroTime = coded<string>('test.v1.MicroTime', 'microTime', { type: 'string', format: 'date-time' });
export const Quantity = coded<string>('test.v1.Quantity', 'quantity', { type: 'string' });
export const IntOrString = coded<number | string>('test.v1.IntOrString', 'intOrString', {
  type: 'string',
  format: 'int-or-string',
  'x-kubernetes-int-or-string': true,
});
export const RawExtension = coded<Record<string, unknown>>('test.v1.RawExtension', 'rawExtension', {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
});
export const FieldsV1 = coded<Record<string, unknown>>('test.v1.FieldsV1', 'fieldsV1', {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
});
export const Json = coded<unknown>('test.v1.JSON', 'json', { 'x-kubernetes-preserve-unknown-fields': true });

export const OwnerReference = object(
  'test.v1.OwnerReference',
  {
    kind: string(1).required(),
    name: string(3).required(),
    uid: string(4).required(),
    apiVersion: string(5).required(),
    controller: boolean(6).keepsZero(),
  },
  { atomic: true },
);

export const ObjectMeta = object('test.v1.ObjectMeta', {
  name: string(1),
  namespace: string(3),
  uid: string(5),
  resourceVersion: string(6),
  generation: int64(7),
  creationTimestamp: ref(8, () => Time),
  labels: map(11, string()),
  annotations: map(12, string()),
  ownerReferences: list(13, () => OwnerReference)
    .mapBy('uid')
    .patch('merge', 'uid'),
  finalizers: list(14, string()).set().patch('merge'),
  managedFields: list(17, () => ManagedFieldsEntry).atomic(),
});

export const ManagedFieldsEntry = object('test.v1.ManagedFieldsEntry', {
  manager: string(1),
  operation: string(2),
  apiVersion: string(3),
  time: ref(4, () => Time),
  fieldsType: string(6),
  fieldsV1: ref(7, () => FieldsV1),
  subresource: string(8),
});

export const LabelSelector = object('test.v1.LabelSelector', { matchLabels: map(1, string()) }, { atomic: true });

export const EnvVar = object('test.v1.EnvVar', { name: string(1).required(), value: string(2) });

export const ContainerPort = object('test.v1.ContainerPort', {
  name: string(1),
  hostPort: int32(2),
  containerPort: int32(3).required(),
  protocol: string(4).enum('TCP', 'UDP', 'SCTP').default('TCP'),
});

export const Resources = object('test.v1.Resources', {
  limits: map(1, () => Quantity),
  requests: map(2, () => Quantity),
});

export const HttpGet = object('test.v1.HttpGet', {
  path: string(1).default('/'),
  port: ref(2, () => IntOrString).required(),
  scheme: string(4).default('HTTP'),
});

export const Probe = object('test.v1.Probe', {
  ...inline(1, { exec: ref(1, () => Exec), httpGet: ref(2, () => HttpGet) }),
  timeoutSeconds: int32(3).default(1),
  periodSeconds: int32(4).default(10),
  terminationGracePeriodSeconds: int64(7).keepsZero(),
});

export const Exec = object('test.v1.Exec', { command: list(1, string()).atomic() });

export const Container = object('test.v1.Container', {
  name: string(1).required(),
  image: string(2),
  command: list(3, string()).atomic(),
  args: list(4, string()).atomic(),
  ports: list(6, () => ContainerPort)
    .mapBy('containerPort', 'protocol')
    .patch('merge', 'containerPort'),
  env: list(7, () => EnvVar)
    .mapBy('name')
    .patch('merge', 'name'),
  resources: ref(8, () => Resources).byValue(),
  volumeMounts: list(9, () => VolumeMount)
    .mapBy('mountPath')
    .patch('merge', 'mountPath'),
  livenessProbe: ref(10, () => Probe),
  imagePullPolicy: string(14).enum('Always', 'IfNotPresent', 'Never'),
  tty: boolean(18),
});

export const VolumeMount = object('test.v1.VolumeMount', {
  name: string(1).required(),
  readOnly: boolean(2),
  mountPath: string(3).required(),
  subPath: string(4),
});

export const KeyToPath = object('test.v1.KeyToPath', {
  key: string(1).required(),
  path: string(2).required(),
  mode: int32(3).keepsZero(),
});

export const EmptyDir = object('test.v1.EmptyDir', { medium: string(1), sizeLimit: ref(2, () => Quantity) });
export const SecretSource = object('test.v1.SecretSource', {
  secretName: string(1),
  items: list(2, () => KeyToPath).atomic(),
  defaultMode: int32(3).keepsZero().default(420),
  optional: boolean(4).keepsZero(),
});

export const Volume = object('test.v1.Volume', {
  name: string(1).required(),
  ...inline(2, { emptyDir: ref(2, () => EmptyDir), secret: ref(6, () => SecretSource) }),
});

export const PodSpec = object('test.v1.PodSpec', {
  volumes: list(1, () => Volume)
    .mapBy('name')
    .patch('merge,retainKeys', 'name'),
  containers: list(2, () => Container)
    .required()
    .mapBy('name')
    .patch('merge', 'name'),
  restartPolicy: string(3).enum('Always', 'OnFailure', 'Never').default('Always'),
  terminationGracePeriodSeconds: int64(4).keepsZero().default(30),
  nodeSelector: map(7, string()).atomicMap(),
  serviceAccountName: string(8),
  hostNetwork: boolean(11),
});

export const PodTemplateSpec = object('test.v1.PodTemplateSpec', {
  metadata: ref(1, () => ObjectMeta).byValue(),
  spec: ref(2, () => PodSpec),
});

export const RollingUpdate = object('test.v1.RollingUpdate', {
  maxUnavailable: ref(1, () => IntOrString),
  maxSurge: ref(2, () => IntOrString),
});
export const Strategy = object('test.v1.Strategy', {
  type: string(1).enum('Recreate', 'RollingUpdate').default('RollingUpdate'),
  rollingUpdate: ref(2, () => RollingUpdate),
});

export const DeploymentSpec = object('test.v1.DeploymentSpec', {
  replicas: int32(1).keepsZero().default(1).with({ minimum: 0 }),
  selector: ref(2, () => LabelSelector).required(),
  template: ref(3, () => PodTemplateSpec).required(),
  strategy: ref(4, () => Strategy)
    .patch('retainKeys')
    .byValue(),
  minReadySeconds: int32(5),
  paused: boolean(7),
});

export const Condition = object('test.v1.Condition', {
  type: string(1).required(),
  status: string(2).required(),
  message: string(5),
  lastTransitionTime: ref(4, () => Time),
});
export const DeploymentStatus = object('test.v1.DeploymentStatus', {
  replicas: int32(2),
  conditions: list(6, () => Condition)
    .mapBy('type')
    .patch('merge', 'type'),
});

export const Deployment = object('test.v1.Deployment', {
  apiVersion: string(),
  kind: string(),
  metadata: ref(1, () => ObjectMeta),
  spec: ref(2, () => DeploymentSpec),
  status: ref(3, () => DeploymentStatus),
});

export const Pod = object('test.v1.Pod', {
  apiVersion: string(),
  kind: string(),
  metadata: ref(1, () => ObjectMeta),
  spec: ref(2, () => PodSpec),
});

export const ConfigMap = object('test.v1.ConfigMap', {
  apiVersion: string(),
  kind: string(),
  metadata: ref(1, () => ObjectMeta),
  data: map(2, string()),
  binaryData: map(3, bytes()),
  immutable: boolean(4).keepsZero(),
});

/** One field of every kind that protobuf knows. */
export const Everything: NamedType<Record<string, unknown>> = object('test.v1.Everything', {
  text: string(1),
  flag: boolean(2),
  small: int32(3),
  big: int64(4),
  ratio: double(5),
  blob: bytes(6),
  texts: list(7, string()),
  numbers: list(8, int32()),
  flags: list(30, boolean()),
  named: map(9, string()),
  counts: map(10, int64()),
  blobs: map(11, bytes()),
  extra: map(12, list(undefined, string())),
  time: ref(13, () => Time),
  micro: ref(14, () => MicroTime),
  amount: ref(15, () => Quantity),
  amounts: map(16, () => Quantity),
  either: ref(17, () => IntOrString),
  raw: ref(18, () => RawExtension),
  owned: ref(19, () => FieldsV1),
  json: ref(20, () => Json),
  jsons: list(21, () => Json),
  self: ref(22, () => Everything),
  selves: list(23, () => Everything),
  byName: map(24, () => Everything),
  ...inline(25, { inner: string(1), ...inline(2, { deeper: int32(1) }) }),
  zero: int32(26).keepsZero(),
});

/** A tenant's type as its CustomResourceDefinition writes it, with the platform's metadata put in. */
export const widget: Schema = {
  type: 'object',
  required: ['spec'],
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: ObjectMeta.schema,
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', format: 'int32', minimum: 1, maximum: 10 },
        color: { type: 'string', enum: ['red', 'green'], default: 'red' },
        name: { type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 5 },
        port: { 'x-kubernetes-int-or-string': true },
        note: { type: 'string', nullable: true },
        when: { type: 'string', format: 'date-time' },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: { type: 'boolean' } } },
        template: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
        nested: { type: 'object', default: {}, properties: { level: { type: 'integer', default: 3 } } },
        tags: { type: 'array', 'x-kubernetes-list-type': 'set', maxItems: 3, items: { type: 'string' } },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['id'],
          items: {
            type: 'object',
            required: ['id'],
            properties: { id: { type: 'string' }, weight: { type: 'number', multipleOf: 0.5 }, on: { type: 'boolean', default: true } },
          },
        },
        labels: { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 2 },
        exclusive: {
          type: 'object',
          properties: { a: { type: 'string' }, b: { type: 'string' } },
          oneOf: [{ required: ['a'] }, { required: ['b'] }],
        },
      },
    },
  },
};

/** A manifest of ordinary size, as `kubectl create` sends it. */
export const samplePod = (): Record<string, unknown> => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', labels: { app: 'web', tier: 'front' }, annotations: { note: 'x'.repeat(300) } },
  spec: {
    containers: Array.from({ length: 4 }, (_, at) => ({
      name: `c${at}`,
      image: `registry.example/web:${at}`,
      command: ['/bin/web', '--port', '8080'],
      ports: [{ containerPort: 8080, name: 'http' }],
      env: Array.from({ length: 5 }, (_unused, index) => ({ name: `NAME_${index}`, value: `value ${index}` })),
      resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
      volumeMounts: [{ name: 'data', mountPath: '/data' }],
      livenessProbe: { httpGet: { path: '/healthz', port: 8080 } },
    })),
    volumes: [
      { name: 'data', emptyDir: {} },
      { name: 'key', secret: { secretName: 'key' } },
    ],
  },
});
