import { describe, expect, it } from 'vitest';
import { matchesRule, type RuleSubject } from './rules.ts';

const base = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] };
const podLog: RuleSubject = {
  operation: 'CONNECT',
  resource: { group: '', version: 'v1', resource: 'pods' },
  subresource: 'log',
  clusterScoped: false,
  name: 'a',
};
const pods: RuleSubject = { ...podLog, operation: 'CREATE', subresource: '' };
const nodes: RuleSubject = { ...pods, resource: { group: '', version: 'v1', resource: 'nodes' }, clusterScoped: true };

describe('a rule', () => {
  it.each<[string, object, RuleSubject, boolean]>([
    ['everything', {}, podLog, true],
    ['all resources, no subresources', { resources: ['*'] }, pods, true],
    ['all resources, no subresources', { resources: ['*'] }, podLog, false],
    ['pods with all below them', { resources: ['pods/*'] }, pods, true],
    ['pods with all below them', { resources: ['pods/*'] }, podLog, true],
    ['one subresource', { resources: ['pods/log'] }, podLog, true],
    ['one subresource', { resources: ['pods/log'] }, pods, false],
    ['one subresource of all', { resources: ['*/log'] }, podLog, true],
    ['one subresource of all', { resources: ['*/scale'] }, podLog, false],
    ['another operation', { operations: ['UPDATE', 'DELETE'] }, pods, false],
    ['this operation', { operations: ['UPDATE', 'CREATE'] }, pods, true],
    ['another group', { apiGroups: ['apps'] }, pods, false],
    ['the core group', { apiGroups: [''] }, pods, true],
    ['another version', { apiVersions: ['v2'] }, pods, false],
    ['what is namespaced', { scope: 'Namespaced' }, pods, true],
    ['what is namespaced', { scope: 'Namespaced' }, nodes, false],
    ['what is not', { scope: 'Cluster' }, pods, false],
    ['what is not', { scope: 'Cluster' }, nodes, true],
    ['names', { resourceNames: ['a', 'b'] }, pods, true],
    ['other names', { resourceNames: ['b'] }, pods, false],
    ['no operation', { operations: undefined }, pods, false],
  ])('for %s: %j', (_what, rule, subject, expected) => {
    expect(matchesRule({ ...base, ...rule }, subject)).toBe(expected);
  });
});
