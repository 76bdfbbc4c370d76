import type { KubeObject } from '@kajitori/apimachinery';
import type { PodSpec } from '../core/pod/pod-spec.ts';
import type { Column } from '../kind.ts';
import type { LabelSelector } from '../meta/label-selector.ts';
import { containerImages, containerNames, selectorCell, textColumn } from '../meta/columns.ts';

/** `-o wide`: what runs in the pods of a workload. */
export function containersOf<T extends KubeObject>(podSpec: (object: T) => PodSpec | undefined): readonly Column<T>[] {
  return [
    textColumn<T>(
      'Containers',
      'Names of the containers in its pods.',
      (object) => containerNames(podSpec(object)?.containers ?? []),
      'wide',
    ),
    textColumn<T>('Images', 'Images of those containers.', (object) => containerImages(podSpec(object)?.containers ?? []), 'wide'),
  ];
}

export function selectorColumn<T extends KubeObject>(selector: (object: T) => LabelSelector | undefined): Column<T> {
  return textColumn<T>('Selector', 'Labels by which it finds its pods.', (object) => selectorCell(selector(object)), 'wide');
}
