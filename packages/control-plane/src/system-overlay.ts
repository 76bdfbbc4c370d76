import { overlayObject } from '@kajitori/apiserver';
import { systemReleases } from '@kajitori/kinds';
import type { Overlay } from '@kajitori/storage';

/** What every cluster has: the objects of `kinds/system`, by release, in the form that storage overlays. */
export const systemOverlay: Overlay = {
  newest: systemReleases.length,
  release: (version) => (systemReleases[version - 1] ?? []).map(overlayObject),
};
