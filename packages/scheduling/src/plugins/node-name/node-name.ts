import { type Plugin, rejection } from '../../plugin.ts';

const mismatch = rejection("node(s) didn't match the requested node name", false);

/** A pod that names its node goes nowhere else. */
export const nodeName: Plugin = {
  name: 'NodeName',
  filter({ pod }) {
    const wanted = pod.spec?.nodeName ?? '';
    return wanted === '' ? undefined : (node) => (node.name === wanted ? undefined : mismatch);
  },
  helpedBy: ['NodeAdded'],
};
