import { describe, expect, it } from 'vitest';
import { jsonPath } from './json-path.ts';

const object = {
  metadata: { name: 'a', labels: { 'app.kubernetes.io/name': 'web' } },
  spec: {
    ports: [
      { name: 'http', port: 80 },
      { name: 'https', port: 443 },
    ],
    list: [1, 2, 3, 4],
  },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Synced', status: 'False' },
    ],
  },
};

describe('a JSONPath', () => {
  it.each([
    ['.metadata.name', ['a']],
    ['.', [object]],
    ['$.metadata.name', ['a']],
    ['.metadata.labels.app\\.kubernetes\\.io/name', ['web']],
    [".metadata.labels['app.kubernetes.io/name']", ['web']],
    ['.spec.ports[0].port', [80]],
    ['.spec.ports[-1].port', [443]],
    ['.spec.ports[*].name', ['http', 'https']],
    ['.spec.list[1:3]', [2, 3]],
    ['.spec.list[::2]', [1, 3]],
    ['.spec.list[0,2]', [1, 3]],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    [".status.conditions[?(@.status != 'True')].type", ['Synced']],
    ['.spec.ports[?(@.port>100)].name', ['https']],
    ['.spec.ports[?(@.name)].port', [80, 443]],
    ['..port', [80, 443]],
    ['.spec.nothing', []],
    ['.spec.ports.name', []],
  ])('%s', (path, found) => {
    expect(jsonPath(path)(object)).toEqual(found);
  });

  it.each(['.a[', '.a[?(@.b==', '.a[?(b)]', ".a['b", '.a b'])('%j is refused where it cannot be read', (path) => {
    expect(() => jsonPath(path)).toThrow(SyntaxError);
  });

  it('never reaches a prototype', () => {
    expect(jsonPath('.constructor')({})).toEqual([]);
    expect(jsonPath('.__proto__')({})).toEqual([]);
  });
});
