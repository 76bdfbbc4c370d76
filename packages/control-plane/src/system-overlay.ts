import { overlayObject } from '@kajitori/apiserver';
import { systemObjects } from '@kajitori/kinds';
import type { Overlay } from '@kajitori/storage';

/** Lists by release, the first first. What a cluster was born with must not change: a new list is a new release. */
const releases = [systemObjects];

/** What every cluster has: the objects of `kinds/system` in the form that storage overlays. */
export const systemOverlay: Overlay = {
  newest: releases.length,
  release: (version) => (releases[version - 1] ?? []).map(overlayObject),
};
