import { hostPortsOf, portsClash } from '../../host-ports.ts';
import { type Plugin, rejection } from '../../plugin.ts';

const clash = rejection("node(s) didn't have free ports for the requested pod ports", true);

/** Two pods of a node cannot hold one host port. */
export const nodePorts: Plugin = {
  name: 'NodePorts',
  filter({ pod }) {
    const wanted = hostPortsOf(pod);
    if (wanted.length === 0) return undefined;
    return ({ hostPorts }) => {
      for (const taken of hostPorts.values()) if (portsClash(wanted, taken)) return clash;
      return undefined;
    };
  },
  helpedBy: ['NodeAdded', 'AssignedPodRemoved'],
};
