import { overlayObject } from '@kajitori/apiserver';
import type { Overlay } from '@kajitori/storage';

const namespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
const systemReleases = [namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))];

/** What every cluster has, release by release: the objects of `kinds/system` in the form that storage overlays. */
export const systemOverlay: Overlay = {
  newest: systemReleases.length,
  release: (version) => (systemReleases[version - 1] ?? []).map(overlayObject),
};
