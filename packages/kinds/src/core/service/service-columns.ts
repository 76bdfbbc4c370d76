import type { Column } from '../../kind.ts';
import { ageColumn, labelsCell, listCell, nameColumn, none, textColumn } from '../../meta/columns.ts';
import type { Service } from './service.ts';

export const serviceColumns: readonly Column<Service>[] = [
  nameColumn,
  textColumn('Type', 'How it can be reached.', ({ spec }) => spec.type ?? ''),
  textColumn('Cluster-IP', 'Its address inside the cluster.', ({ spec }) => spec.clusterIPs?.[0] ?? spec.clusterIP ?? none),
  textColumn('External-IP', 'Addresses at which it can be reached from outside.', externalAddress),
  textColumn('Port(s)', 'Its ports, and the node ports that lead to them.', ports),
  ageColumn,
  textColumn('Selector', 'Labels of the pods behind it.', ({ spec }) => labelsCell(spec.selector), 'wide'),
];

function externalAddress({ spec, status }: Service): string {
  const { externalIPs = [] } = spec;
  switch (spec.type) {
    case 'ExternalName':
      return spec.externalName ?? '';
    case 'LoadBalancer': {
      const balancer = [
        ...new Set((status?.loadBalancer?.ingress ?? []).map(({ ip = '', hostname = '' }) => (ip === '' ? hostname : ip))),
      ].sort();
      const all = [...balancer, ...externalIPs];
      return all.length === 0 ? '<pending>' : all.join(',');
    }
    default:
      return listCell(externalIPs);
  }
}

function ports({ spec }: Service): string {
  const list = (spec.ports ?? []).map(({ port, nodePort = 0, protocol }) =>
    nodePort > 0 ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return listCell(list);
}
