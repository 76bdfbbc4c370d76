import { describe, expect, it } from 'vitest';
import { compareVersions } from './version-order.ts';

describe('versions of a group', () => {
  it('stand in Kubernetes’ order of preference', () => {
    const versions = ['v1beta1', 'v11alpha2', 'v2', 'foo1', 'v1', 'v10', 'v12alpha1', 'v3beta1', 'foo10', 'v11beta2'];
    expect(versions.sort((a, b) => compareVersions(b, a))).toEqual([
      'v10',
      'v2',
      'v1',
      'v11beta2',
      'v3beta1',
      'v1beta1',
      'v12alpha1',
      'v11alpha2',
      'foo1',
      'foo10',
    ]);
  });
});
