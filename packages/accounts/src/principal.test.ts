import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ClusterId } from '@kajitori/apimachinery';
import type { OrganizationId, ProjectId } from './ids.ts';
import { allows, covers, effectiveRole, type KeyScope, type Place } from './principal.ts';
import { atLeast, permissions, permits, roles } from './roles.ts';

const organizationIds = fc.constantFrom('o-1', 'o-2') as fc.Arbitrary<OrganizationId>;
const projectIds = fc.constantFrom('p-1', 'p-2') as fc.Arbitrary<ProjectId>;
const clusterIds = fc.constantFrom('c-1', 'c-2') as fc.Arbitrary<ClusterId>;
const places: fc.Arbitrary<Place> = fc.record(
  { organizationId: organizationIds, projectId: projectIds, clusterId: clusterIds },
  { requiredKeys: ['organizationId'] },
);
const scopes: fc.Arbitrary<KeyScope> = fc.oneof(
  fc.record({ type: fc.constant('organization' as const), organizationId: organizationIds }),
  fc.record({ type: fc.constant('project' as const), organizationId: organizationIds, projectId: projectIds }),
  fc.record({ type: fc.constant('cluster' as const), organizationId: organizationIds, clusterId: clusterIds }),
);

it('nobody reaches another organization', () => {
  fc.assert(
    fc.property(scopes, places, fc.constantFrom(...roles), fc.constantFrom(...permissions), (scope, place, role, permission) => {
      fc.pre(scope.organizationId !== place.organizationId);
      expect(allows(role, scope, permission, place)).toBe(false);
    }),
  );
});

it('a narrower scope or a lower role never allows more', () => {
  fc.assert(
    fc.property(scopes, places, fc.constantFrom(...roles), fc.constantFrom(...permissions), (scope, place, role, permission) => {
      if (!allows(role, scope, permission, place)) return;
      expect(covers(scope, place)).toBe(true);
      expect(allows(role, { type: 'organization', organizationId: scope.organizationId }, permission, place)).toBe(true);
      for (const higher of roles.filter((other) => atLeast(other, role))) expect(permits(higher, permission)).toBe(true);
    }),
  );
});

it('a key that speaks for a person has the lower of both roles', () => {
  for (const key of roles)
    for (const member of roles) expect(atLeast(key, effectiveRole(key, member)) && atLeast(member, effectiveRole(key, member))).toBe(true);
  expect(effectiveRole('admin', undefined)).toBe('admin');
});
