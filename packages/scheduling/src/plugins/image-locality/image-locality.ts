import { type Plugin, scoreMax } from '../../plugin.ts';

const mebibyte = 1024 * 1024;
/** Below this the pull is not worth a thought; above the other it weighs fully. */
const minBytes = 23 * mebibyte;
const maxBytesPerContainer = 1000 * mebibyte;

/** Prefers nodes that have the pod's images, less so when few nodes have them: else they would draw every replica. */
export const imageLocality: Plugin = {
  name: 'ImageLocality',
  weight: 1,
  score({ pod }, { imageNodes, nodes }) {
    const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
    const images = containers.map(({ image = '' }) => normalizedImage(image)).filter((image) => imageNodes.has(image));
    if (images.length === 0) return undefined;
    const maxBytes = maxBytesPerContainer * containers.length;
    return {
      score: (node) => {
        let sum = 0;
        for (const image of images) sum += Math.trunc((node.images.get(image) ?? 0) * ((imageNodes.get(image) ?? 0) / nodes.length));
        const bounded = Math.min(Math.max(sum, minBytes), maxBytes);
        return Math.trunc((scoreMax * (bounded - minBytes)) / (maxBytes - minBytes));
      },
    };
  },
  helpedBy: [],
};

function normalizedImage(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}
