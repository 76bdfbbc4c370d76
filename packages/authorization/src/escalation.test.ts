import { describe, expect, it } from 'vitest';
import { missingRights, ruleText } from './escalation.ts';
import type { PolicyRule } from './rbac.ts';

const on = (apiGroups: string[], resources: string[], verbs: string[], resourceNames?: string[]): PolicyRule => ({
  apiGroups,
  resources,
  verbs,
  ...(resourceNames === undefined ? {} : { resourceNames }),
});
const missing = (held: PolicyRule[], wanted: PolicyRule[]): string[] => missingRights(held, wanted).map(ruleText);

describe('rights that a user may grant', () => {
  it.each<[string, PolicyRule[], PolicyRule[], string[]]>([
    ['the same', [on([''], ['pods'], ['get'])], [on([''], ['pods'], ['get'])], []],
    ['nothing', [], [on([''], ['pods'], ['get', 'list'])], ['{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}']],
    [
      'parts of several rules',
      [on([''], ['pods'], ['get']), on(['apps'], ['deployments'], ['*'])],
      [on(['', 'apps'], ['pods'], ['get'])],
      ['{APIGroups:["apps"], Resources:["pods"], Verbs:["get"]}'],
    ],
    ['a star for each', [on(['*'], ['*'], ['*'])], [on(['a'], ['b/c'], ['d'])], []],
    [
      'a star is not covered by names',
      [on([''], ['pods'], ['get'])],
      [on([''], ['*'], ['get'])],
      ['{APIGroups:[""], Resources:["*"], Verbs:["get"]}'],
    ],
    ['a subresource by its star', [on([''], ['*/scale'], ['get'])], [on([''], ['pods/scale'], ['get'])], []],
    [
      'a subresource is not its resource',
      [on([''], ['pods'], ['get'])],
      [on([''], ['pods/log'], ['get'])],
      ['{APIGroups:[""], Resources:["pods/log"], Verbs:["get"]}'],
    ],
    ['named objects under all', [on([''], ['pods'], ['get'])], [on([''], ['pods'], ['get'], ['a'])], []],
    [
      'all is not covered by names',
      [on([''], ['pods'], ['get'], ['a'])],
      [on([''], ['pods'], ['get'])],
      ['{APIGroups:[""], Resources:["pods"], Verbs:["get"]}'],
    ],
    [
      'one name of two',
      [on([''], ['pods'], ['get'], ['a'])],
      [on([''], ['pods'], ['get'], ['a', 'b'])],
      ['{APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]}'],
    ],
    [
      'paths below a star',
      [{ verbs: ['get'], nonResourceURLs: ['/apis/*'] }],
      [{ verbs: ['get'], nonResourceURLs: ['/apis/a', '/api'] }],
      ['{NonResourceURLs:["/api"], Verbs:["get"]}'],
    ],
  ])('%s', (_what, held, wanted, expected) => {
    expect(missing(held, wanted)).toEqual(expected);
  });
});
