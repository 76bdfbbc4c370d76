import { type FieldError, invalid, type KubeObject } from '@kajitori/apimachinery';
import type { CustomResourceSubresourceScale } from '../apiextensions/custom-resource-definition.ts';
import { jsonPath } from './json-path.ts';

const replicasMax = 2 ** 31 - 1;

/** What is wrong with the counts that the scale subresource shows. */
export function scaleErrors(
  { specReplicasPath, statusReplicasPath, labelSelectorPath }: CustomResourceSubresourceScale,
  object: KubeObject,
  parts: readonly ('spec' | 'status')[],
): FieldError[] {
  return [
    ...(parts.includes('spec') ? countErrors(specReplicasPath, object) : []),
    ...(parts.includes('status') ? [...countErrors(statusReplicasPath, object), ...selectorErrors(labelSelectorPath, object)] : []),
  ];
}

function countErrors(path: string, object: KubeObject): FieldError[] {
  const [count] = jsonPath(path)(object);
  if (count === undefined || count === null) return [];
  if (typeof count !== 'number' || !Number.isInteger(count)) return [invalid(path, count, 'should be an integer')];
  if (count < 0) return [invalid(path, count, 'should be a non-negative integer')];
  return count > replicasMax ? [invalid(path, count, `should be less than or equal to ${replicasMax}`)] : [];
}

function selectorErrors(path: string | undefined, object: KubeObject): FieldError[] {
  if (path === undefined || path === '') return [];
  const [selector] = jsonPath(path)(object);
  return selector === undefined || typeof selector === 'string' ? [] : [invalid(path, selector, 'should be a string')];
}
