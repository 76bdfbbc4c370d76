import { configMaps, deployments, type Kind } from '@kajitori/kinds';
import { systemClock } from '@kajitori/apimachinery';
import { describe, expect, it } from 'vitest';
import type { Call } from '../call.ts';
import { asKind, type FieldValidation, parseText } from '../negotiation/body.ts';
import { appliedConfiguration } from './applied-configuration.ts';

const yaml = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: 1
  replicas: 2
  selector: { matchLabels: { a: b } }
  template:
    metadata: { labels: { a: b } }
    spec:
      containers: [{ name: c, image: i }]
`;

function apply(kind: Kind, text: string, fieldValidation: FieldValidation): string[] {
  const { value, duplicates } = parseText('yaml', Buffer.from(text), fieldValidation !== 'Ignore');
  const call = { kind, subresource: '', name: 'web', warnings: [] as string[] };
  const query = new URLSearchParams({ fieldManager: 'me' });
  const made = appliedConfiguration(call as unknown as Call, value, { duplicates, fieldValidation, query, clock: systemClock })(undefined);
  return made.metadata.name === 'web' ? call.warnings : ['another object'];
}

describe('an applied configuration', () => {
  it('may hold no key twice where that is asked for', () => {
    expect(() => apply(deployments, yaml, 'Strict')).toThrow(
      'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 6: key "replicas" already set in map',
    );
    expect(apply(deployments, yaml, 'Warn')).toEqual(['line 6: key "replicas" already set in map']);
    expect(apply(deployments, yaml, 'Ignore')).toEqual([]);
  });

  it('may leave its metadata out, or get it wrong', () => {
    const bare = yaml.replace('metadata: { name: web, namespace: default }\n', '').replace('  replicas: 2\n', '');
    expect(apply(deployments, bare, 'Strict')).toEqual(['another object']);
    expect(() => apply(deployments, bare.replace('replicas', 'odd'), 'Strict')).toThrow('.spec.odd: field not declared in schema');
    expect(() => apply(deployments, `${bare}metadata: 5\n`, 'Strict')).toThrow('cannot be handled as a Deployment');
  });

  it('may hold no field that its kind does not have, whatever is asked for', () => {
    const nested = yaml.replace('replicas: 2', 'odd: 2').replace('image: i', 'image: i, oddly: { a: 1 }');
    for (const fieldValidation of ['Ignore', 'Warn', 'Strict'] as const) {
      expect(() => apply(deployments, nested, fieldValidation)).toThrow(
        'failed to create typed patch object (default/web; apps/v1, Kind=Deployment): errors:\n' +
          '  .spec.odd: field not declared in schema\n  .spec.template.spec.containers[name="c"].oddly: field not declared in schema',
      );
    }
    expect(() => apply(configMaps, 'metadata: { name: web, odd: 1 }', 'Ignore')).toThrow(
      'failed to create typed patch object (/web; /v1, Kind=ConfigMap): .metadata.odd: field not declared in schema',
    );
  });
});

it('a YAML body says on which line a key stands again', () => {
  const { value, duplicates } = parseText('yaml', Buffer.from(`${yaml}odd: 1\n`), true);
  const strictly = (): unknown => asKind(deployments, value, duplicates, { fieldValidation: 'Strict', warnings: [] });
  expect(strictly).toThrow(
    'strict decoding error: yaml: unmarshal errors:\n  line 6: key "replicas" already set in map, unknown field "odd"',
  );
});
