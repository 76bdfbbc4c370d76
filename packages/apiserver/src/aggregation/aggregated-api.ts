import type { APIService } from '@kajitori/kinds';

/** A group and version that a Service in the cluster serves, as its APIService says. */
export interface AggregatedApi {
  /** `v1beta1.example.com`. */
  name: string;
  group: string;
  version: string;
  service: { namespace: string; name: string; port: number };
  /** PEM; absent: what the system trusts. */
  caBundle?: string;
  insecureSkipTLSVerify: boolean;
  /** False once a check has failed; what was not checked yet is tried. */
  available: boolean;
  groupPriorityMinimum: number;
  versionPriority: number;
}

const defaultPort = 443;

/** Undefined for a local one. */
export function aggregatedApi({ metadata, spec, status }: APIService): AggregatedApi | undefined {
  const { group = '', version = '', service, caBundle, insecureSkipTLSVerify, groupPriorityMinimum, versionPriority } = spec;
  if (service === undefined) return undefined;
  return {
    name: metadata.name ?? '',
    group,
    version,
    service: { namespace: service.namespace ?? '', name: service.name ?? '', port: service.port ?? defaultPort },
    ...(caBundle === undefined || caBundle === '' ? {} : { caBundle: Buffer.from(caBundle, 'base64').toString('utf8') }),
    insecureSkipTLSVerify: insecureSkipTLSVerify === true,
    available: status?.conditions?.find(({ type }) => type === 'Available')?.status !== 'False',
    groupPriorityMinimum,
    versionPriority,
  };
}
