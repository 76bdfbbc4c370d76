import type { Service } from '@kajitori/kinds';

export type Variable = readonly [name: string, value: string];

/** The variables that Kubernetes makes for each Service of a namespace: `NAME_SERVICE_HOST` and the older links. */
export function serviceVariables(services: readonly Service[]): Variable[] {
  return services.flatMap(({ metadata, spec }) => {
    const ip = spec?.clusterIP;
    const ports = spec?.ports ?? [];
    if (metadata.name === undefined || ip === undefined || ip === '' || ip === 'None' || ports.length === 0) return [];
    return variablesOf(variableName(metadata.name), ip, ports);
  });
}

/** `kubernetes.default.svc`, which every pod finds by these. */
export function kubernetesVariables({ host, port }: { host: string; port: number }): Variable[] {
  return variablesOf('KUBERNETES', host, [{ name: 'https', port, protocol: 'TCP' }]);
}

interface Port {
  name?: string;
  port: number;
  protocol?: string;
}

function variablesOf(name: string, ip: string, ports: readonly Port[]): Variable[] {
  const host = ip.includes(':') ? `[${ip}]` : ip;
  const [first] = ports;
  if (first === undefined) return [];
  const link = (port: Port): string => `${(port.protocol ?? 'TCP').toLowerCase()}://${host}:${port.port}`;
  return [
    [`${name}_SERVICE_HOST`, ip],
    [`${name}_SERVICE_PORT`, String(first.port)],
    ...ports.flatMap((port): Variable[] =>
      port.name === undefined || port.name === '' ? [] : [[`${name}_SERVICE_PORT_${variableName(port.name)}`, String(port.port)]],
    ),
    [`${name}_PORT`, link(first)],
    ...ports.flatMap((port): Variable[] => {
      const prefix = `${name}_PORT_${port.port}_${(port.protocol ?? 'TCP').toUpperCase()}`;
      return [
        [prefix, link(port)],
        [`${prefix}_PROTO`, (port.protocol ?? 'TCP').toLowerCase()],
        [`${prefix}_PORT`, String(port.port)],
        [`${prefix}_ADDR`, ip],
      ];
    }),
  ];
}

function variableName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
