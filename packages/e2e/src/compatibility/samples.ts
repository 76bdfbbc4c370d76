/**
 * One valid manifest of every resource that the API serves: what the compatibility run creates, changes and deletes. None of
 * them makes work: workloads ask for no replicas, webhooks and policies match nothing that exists.
 */
export interface Sample {
  /** Without apiVersion, kind and metadata. */
  body: (name: string) => Record<string, unknown>;
  /** Three names, where the resource does not take any. */
  names?: readonly [string, string, string];
  /** What a controller of its own would report; merged into `status`. */
  status?: Record<string, unknown>;
}

const container = { name: 'main', image: 'registry.example.com/none:1' };
const labels = { app: 'compatibility' };
const template = { metadata: { labels }, spec: { containers: [container], restartPolicy: 'Always' } };
const jobTemplate = { metadata: { labels }, spec: { containers: [container], restartPolicy: 'Never' } };
const workload = { selector: { matchLabels: labels }, template };
const nothing = { apiGroups: ['nothing.example.com'], apiVersions: ['v1'], resources: ['nothings'], operations: ['CREATE'] };
const webhook = (name: string): object => ({
  name: `${name}.example.com`,
  clientConfig: { url: 'https://webhook.example.com/admit' },
  rules: [nothing],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  failurePolicy: 'Ignore',
});
const request =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIck1JR1NBZ0VBTURBeEZqQVVCZ05WQkFvTURXTnZiWEJoZEdsaWFXeHBkSGt4RmpBVUJnTlZCQU1NRFdOdgpiWEJoZEdsaWFXeHBkSGt3V1RBVEJnY3Foa2pPUFFJQkJnZ3Foa2pPUFFNQkJ3TkNBQVM0a2JFa2I4cGV1b3BKCmc5ODBtWm90ME1VSFlJbHJPNEVJYXJUcExGMTVaMCtVcUJuMmNON1RldUxPL29teUpQTjNFOUIyZGlEcEFua1AKdkJmeFRpV3ZvQUF3Q2dZSUtvWkl6ajBFQXdJRFNBQXdSUUloQVBWQWJJbDFNYlRTbU1sZFNreGl6MFVxQU1RdQpqdVVmdGM5dVlWS0d2OTYrQWlCVDFqWHhSaXVvNHFEKy93S3JYVDIzR0JpTVM3dW8wR0d6eWsxZnhHNGxBdz09Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=';

const plain = (body: Record<string, unknown> = {}): Sample => ({ body: () => body });
const spec = (value: Record<string, unknown>, status?: Record<string, unknown>): Sample => ({
  body: () => ({ spec: value }),
  ...(status === undefined ? {} : { status }),
});

const now = '2026-01-02T03:04:05.000000Z';
const condition = { type: 'Example', status: 'True', reason: 'Run', message: '', lastTransitionTime: '2026-01-02T03:04:05Z' };

/** By `GROUP/VERSION/RESOURCE`; the core group is empty. */
export const samples: Readonly<Record<string, Sample>> = {
  '/v1/configmaps': plain({ data: { key: 'value' }, binaryData: { bytes: 'AAEC' } }),
  '/v1/endpoints': plain({ subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] }] }),
  '/v1/events': {
    body: () => ({
      involvedObject: { kind: 'Pod', namespace: 'compatibility', name: 'nobody', apiVersion: 'v1' },
      reason: 'Tested',
      message: 'a run took place',
      type: 'Normal',
      source: { component: 'compatibility' },
    }),
  },
  '/v1/limitranges': spec({ limits: [{ type: 'PersistentVolumeClaim', max: { storage: '100Gi' } }] }),
  '/v1/namespaces': plain(),
  '/v1/persistentvolumeclaims': spec({
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'none',
    resources: { requests: { storage: '1Gi' } },
  }),
  '/v1/pods': spec({ schedulerName: 'nobody', containers: [container] }, { message: 'reported by the run' }),
  '/v1/podtemplates': plain({ template }),
  '/v1/replicationcontrollers': spec({ replicas: 0, selector: labels, template }, { replicas: 0, conditions: [condition] }),
  '/v1/resourcequotas': spec({ hard: { 'count/widgets.example.com': '3' } }),
  '/v1/secrets': plain({ type: 'Opaque', data: { key: 'dmFsdWU=' } }),
  '/v1/serviceaccounts': plain({ automountServiceAccountToken: false }),
  '/v1/services': spec({ selector: labels, ports: [{ port: 80 }] }, { conditions: [condition] }),
  '/v1/nodes': spec({ unschedulable: true }, { conditions: [{ type: 'Example', status: 'True' }] }),
  '/v1/persistentvolumes': spec({
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    persistentVolumeReclaimPolicy: 'Retain',
    storageClassName: 'none',
    hostPath: { path: '/none' },
  }),
  'admissionregistration.k8s.io/v1/mutatingadmissionpolicies': spec({
    matchConstraints: { resourceRules: [nothing] },
    reinvocationPolicy: 'Never',
    failurePolicy: 'Ignore',
    mutations: [
      { patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "add", path: "/metadata/labels", value: {"a": "b"}}]' } },
    ],
  }),
  'admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings': spec({ policyName: 'compatibility-none' }),
  'admissionregistration.k8s.io/v1/mutatingwebhookconfigurations': { body: (name) => ({ webhooks: [webhook(name)] }) },
  'admissionregistration.k8s.io/v1/validatingadmissionpolicies': spec(
    { matchConstraints: { resourceRules: [nothing] }, failurePolicy: 'Ignore', validations: [{ expression: 'true' }] },
    { conditions: [condition] },
  ),
  'admissionregistration.k8s.io/v1/validatingadmissionpolicybindings': spec({
    policyName: 'compatibility-none',
    validationActions: ['Warn'],
  }),
  'admissionregistration.k8s.io/v1/validatingwebhookconfigurations': { body: (name) => ({ webhooks: [webhook(name)] }) },
  'apiextensions.k8s.io/v1/customresourcedefinitions': {
    names: ['widgeta.compatibility.example.com', 'widgetb.compatibility.example.com', 'widgetc.compatibility.example.com'],
    body(name) {
      const [plural = ''] = name.split('.');
      const kind = `W${plural.slice(1)}`;
      return {
        spec: {
          group: 'compatibility.example.com',
          scope: 'Namespaced',
          names: { plural, singular: plural, kind, listKind: `${kind}List` },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' } } } },
            },
          ],
        },
      };
    },
  },
  'apiregistration.k8s.io/v1/apiservices': {
    names: ['v1.compata.example.com', 'v1.compatb.example.com', 'v1.compatc.example.com'],
    body: (name) => ({
      spec: {
        group: name.slice('v1.'.length),
        version: 'v1',
        service: { namespace: 'compatibility', name: 'nobody', port: 443 },
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 1000,
        versionPriority: 15,
      },
    }),
  },
  'apps/v1/controllerrevisions': plain({ revision: 1, data: { any: 'thing' } }),
  'apps/v1/daemonsets': spec(
    { ...workload, template: { ...template, spec: { ...template.spec, nodeSelector: { none: 'such' } } } },
    {
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 0,
    },
  ),
  'apps/v1/deployments': spec({ ...workload, replicas: 0 }, { conditions: [condition] }),
  'apps/v1/replicasets': spec({ ...workload, replicas: 0 }, { conditions: [condition] }),
  'apps/v1/statefulsets': spec({ ...workload, replicas: 0, serviceName: 'none' }, { replicas: 0 }),
  'autoscaling/v1/horizontalpodautoscalers': spec({
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' },
    maxReplicas: 3,
    targetCPUUtilizationPercentage: 70,
  }),
  'autoscaling/v2/horizontalpodautoscalers': spec({
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' },
    maxReplicas: 3,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
  }),
  'batch/v1/cronjobs': spec({
    schedule: '0 9 * * *',
    timeZone: 'Asia/Tokyo',
    suspend: true,
    jobTemplate: { spec: { template: jobTemplate } },
  }),
  'batch/v1/jobs': spec({ suspend: true, template: jobTemplate }),
  'certificates.k8s.io/v1/certificatesigningrequests': spec({ request, signerName: 'example.com/compatibility', usages: ['client auth'] }),
  'coordination.k8s.io/v1/leases': spec({ holderIdentity: 'run', leaseDurationSeconds: 30, renewTime: now }),
  'discovery.k8s.io/v1/endpointslices': plain({
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.1.2.3'], conditions: { ready: true } }],
    ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
  }),
  'events.k8s.io/v1/events': {
    body: () => ({
      regarding: { kind: 'Pod', namespace: 'compatibility', name: 'nobody', apiVersion: 'v1' },
      reason: 'Tested',
      action: 'Testing',
      note: 'a run took place',
      type: 'Normal',
      eventTime: now,
      reportingController: 'example.com/compatibility',
      reportingInstance: 'run-1',
    }),
  },
  'flowcontrol.apiserver.k8s.io/v1/flowschemas': spec(
    { priorityLevelConfiguration: { name: 'catch-all' }, matchingPrecedence: 9000 },
    { conditions: [condition] },
  ),
  'flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations': spec(
    { type: 'Limited', limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' } } },
    { conditions: [condition] },
  ),
  'networking.k8s.io/v1/ingressclasses': spec({ controller: 'example.com/none' }),
  'networking.k8s.io/v1/ingresses': spec(
    { defaultBackend: { service: { name: 'none', port: { number: 80 } } } },
    { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
  ),
  'networking.k8s.io/v1/ipaddresses': {
    names: ['192.0.2.11', '192.0.2.12', '192.0.2.13'],
    body: () => ({ spec: { parentRef: { group: '', resource: 'services', namespace: 'compatibility', name: 'none' } } }),
  },
  'networking.k8s.io/v1/networkpolicies': spec({ podSelector: {}, policyTypes: ['Ingress'] }),
  'networking.k8s.io/v1/servicecidrs': spec({ cidrs: ['192.0.2.0/24'] }, { conditions: [condition] }),
  'node.k8s.io/v1/runtimeclasses': plain({ handler: 'none' }),
  'policy/v1/poddisruptionbudgets': spec({ minAvailable: 1, selector: { matchLabels: { none: 'such' } } }),
  'rbac.authorization.k8s.io/v1/clusterrolebindings': plain({
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'nobody' }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
  }),
  'rbac.authorization.k8s.io/v1/clusterroles': plain({ rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
  'rbac.authorization.k8s.io/v1/rolebindings': plain({
    subjects: [{ kind: 'ServiceAccount', name: 'nobody', namespace: 'compatibility' }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
  }),
  'rbac.authorization.k8s.io/v1/roles': plain({ rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
  'resource.k8s.io/v1/deviceclasses': spec({ selectors: [{ cel: { expression: 'device.driver == "none.example.com"' } }] }),
  'resource.k8s.io/v1/resourceclaims': spec({
    devices: { requests: [{ name: 'one', exactly: { deviceClassName: 'none', allocationMode: 'ExactCount', count: 1 } }] },
  }),
  'resource.k8s.io/v1/resourceclaimtemplates': spec({
    spec: { devices: { requests: [{ name: 'one', exactly: { deviceClassName: 'none', allocationMode: 'ExactCount', count: 1 } }] } },
  }),
  'resource.k8s.io/v1/resourceslices': spec({
    driver: 'none.example.com',
    nodeName: 'nobody',
    pool: { name: 'pool', generation: 1, resourceSliceCount: 1 },
    devices: [{ name: 'device-0' }],
  }),
  'scheduling.k8s.io/v1/priorityclasses': plain({ value: 10, description: 'of the compatibility run' }),
  'storage.k8s.io/v1/csidrivers': spec({ attachRequired: false }),
  'storage.k8s.io/v1/csinodes': spec({ drivers: [] }),
  'storage.k8s.io/v1/csistoragecapacities': plain({ storageClassName: 'none', capacity: '1Gi' }),
  'storage.k8s.io/v1/storageclasses': plain({ provisioner: 'none.example.com' }),
  'storage.k8s.io/v1/volumeattachments': spec(
    { attacher: 'none.example.com', nodeName: 'nobody', source: { persistentVolumeName: 'none' } },
    { attached: true },
  ),
  'storage.k8s.io/v1/volumeattributesclasses': plain({ driverName: 'none.example.com', parameters: { iops: '100' } }),
};

/** What is asked and answered, never stored: the body to post, and where, if not to the collection. */
export const questions: Readonly<Record<string, { body: Record<string, unknown>; answers: (object: Record<string, unknown>) => boolean }>> =
  {
    'authentication.k8s.io/v1/selfsubjectreviews': { body: {}, answers: ({ status }) => JSON.stringify(status).includes('system:masters') },
    'authentication.k8s.io/v1/tokenreviews': {
      body: { spec: { token: 'nonsense' } },
      answers: ({ status }) => (status as { authenticated?: boolean }).authenticated !== true,
    },
    'authorization.k8s.io/v1/localsubjectaccessreviews': {
      body: { spec: { user: 'nobody', resourceAttributes: { namespace: 'compatibility', verb: 'get', resource: 'pods' } } },
      answers: ({ status }) => !(status as { allowed: boolean }).allowed,
    },
    'authorization.k8s.io/v1/selfsubjectaccessreviews': {
      body: { spec: { resourceAttributes: { verb: 'delete', resource: 'nodes' } } },
      answers: ({ status }) => (status as { allowed: boolean }).allowed,
    },
    'authorization.k8s.io/v1/selfsubjectrulesreviews': {
      body: { spec: { namespace: 'compatibility' } },
      answers: ({ status }) => (status as { resourceRules: unknown[] }).resourceRules.length > 0,
    },
    'authorization.k8s.io/v1/subjectaccessreviews': {
      body: { spec: { user: 'nobody', resourceAttributes: { verb: 'get', resource: 'pods' } } },
      answers: ({ status }) => !(status as { allowed: boolean }).allowed,
    },
  };
