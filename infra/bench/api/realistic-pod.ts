/** A Pod as charts write them, of some 3 kB once it is stored: sidecar, probes, volumes, environment. No scheduler and no controller cares for it. */
export function realisticPod(name: string, number: number): object {
  const app = `app-${number % 50}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: {
        'app.kubernetes.io/name': app,
        'app.kubernetes.io/instance': `${app}-production`,
        'app.kubernetes.io/version': '1.27.3',
        'pod-template-hash': (number % 50).toString(16).padStart(10, 'f'),
        shard: String(number % 10),
      },
      annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090', 'checksum/config': 'a3f5'.repeat(16) },
    },
    spec: {
      schedulerName: 'none',
      serviceAccountName: 'default',
      containers: [container('main', number, 8080), container('metrics', number, 9090)],
      volumes: [
        { name: 'config', configMap: { name: `${app}-config` } },
        { name: 'scratch', emptyDir: { sizeLimit: '1Gi' } },
      ],
      tolerations: [{ key: 'dedicated', operator: 'Equal', value: app, effect: 'NoSchedule' }],
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'topology.kubernetes.io/zone',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: { 'app.kubernetes.io/name': app } },
        },
      ],
    },
  };
}

function container(name: string, number: number, port: number): object {
  const probe = { httpGet: { path: '/healthz', port }, periodSeconds: 10, timeoutSeconds: 2, failureThreshold: 3 };
  return {
    name,
    image: `registry.example.com/team-${number % 7}/${name}:1.27.3`,
    args: ['--listen', `:${port}`, '--log-format', 'json'],
    ports: [{ name: 'http', containerPort: port }],
    env: [
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'DATABASE_HOST', value: `db-${number % 50}.data.svc.cluster.local` },
      { name: 'NUMBER', value: String(number) },
    ],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    readinessProbe: probe,
    livenessProbe: { ...probe, initialDelaySeconds: 30 },
    volumeMounts: [
      { name: 'config', mountPath: '/etc/app', readOnly: true },
      { name: 'scratch', mountPath: '/var/scratch' },
    ],
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, runAsNonRoot: true },
  };
}
