import { catalogue } from '@kajitori/kinds';

/** Served here, unless a cluster brings a server for it: the one built-in group that other clusters have from an aggregated server. */
const replaceable = 'metrics.k8s.io/v1beta1';
const local = new Set(catalogue.map(({ group, version }) => `${group}/${version}`).filter((one) => one !== replaceable));

/** The group and version that a path belongs to, or its OpenAPI document. Undefined for what this server serves for every cluster. */
export function aggregatedGroupVersion(path: string): { group: string; version: string } | undefined {
  const match = /^(?:\/openapi\/v3)?\/apis\/([^/%]+)\/([^/%]+)(?:\/|$)/.exec(path);
  const [, group = '', version = ''] = match ?? [];
  return group === '' || local.has(`${group}/${version}`) ? undefined : { group, version };
}
