import {
  isStatusError,
  type KubeObject,
  newClusterId,
  parseFieldSelector,
  parseLabelSelector,
  parseQuantity,
  systemClock,
} from '@kajitori/apimachinery';
import { bindJson, CostLimitError, createEnvironment, declare, EvaluationError } from '@kajitori/cel';
import { deployments, type Kind } from '@kajitori/kinds';
import { encodeEnvelope, encodeProtobuf } from '@kajitori/schema';
import type { ClusterStorage } from '@kajitori/storage';
import { stringify } from 'yaml';
import type { Call } from '../call.ts';
import { decodeObject, parseText } from '../negotiation/body.ts';
import { parseMediaTypes } from '../negotiation/media-type.ts';
import { appliedConfiguration } from '../patches/applied-configuration.ts';
import { patchedObject } from '../patches/patched-object.ts';
import { checkNew, fillDefaults } from '../registry/check.ts';
import { decodeContinue, encodeContinue } from '../registry/list-query.ts';

/**
 * Every decoder that reads what a stranger wrote, for the campaign that feeds it what nobody would write. A target answers, or
 * throws what a client may be told; anything else that it throws is a find.
 */
export interface FuzzTarget {
  name: string;
  /** Where mutations start, as bytes. */
  corpus: readonly Uint8Array[];
  /** Pieces that mutations put in. */
  words: readonly string[];
  run(input: Uint8Array): void;
  /** Whether this is how the decoder refuses. */
  refuses(error: unknown): boolean;
}

const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default', labels: { app: 'web' }, annotations: { note: 'ü\u{1F600}' } },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: 1 } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          {
            name: 'web',
            image: 'web:1',
            ports: [{ containerPort: 80 }],
            env: [{ name: 'A', value: '1' }],
            resources: { limits: { cpu: '500m' } },
          },
        ],
        tolerations: [{ key: 'a', operator: 'Exists' }],
        volumes: [{ name: 'v', configMap: { name: 'c', items: [{ key: 'k', path: 'p' }] } }],
      },
    },
  },
};

const bytes = (text: string): Uint8Array => Buffer.from(text);
const jsonWords = [
  '__proto__',
  'constructor',
  'null',
  '-1',
  '1e309',
  '9007199254740993',
  '"',
  '{',
  '[',
  '\\u0000',
  'spec',
  '$patch',
  'metadata',
];
const kind = deployments as unknown as Kind;

/** A call for a kind, for what needs no storage. */
function callOf(of: Kind): Call {
  return {
    cluster: newClusterId(),
    storage: {} as ClusterStorage,
    user: { name: 'fuzz', groups: [] },
    verb: 'patch',
    kind: of,
    namespace: 'default',
    name: 'web',
    subresource: '',
    dryRun: false,
    fieldManager: 'fuzz',
    warnings: [],
  };
}

function decoder(name: string, contentType: string, corpus: readonly Uint8Array[], words: readonly string[]): FuzzTarget {
  return {
    name,
    corpus,
    words,
    refuses: isStatusError,
    run(input) {
      const object = decodeObject(kind, input, { contentType, fieldValidation: 'Strict', warnings: [] });
      const call = callOf(kind);
      fillDefaults(call, object);
      kind.strategy.prepareForCreate?.(object);
      checkNew(call, object);
    },
  };
}

function patch(name: string, type: string, patches: readonly unknown[]): FuzzTarget {
  return {
    name,
    corpus: patches.map((one) => bytes(JSON.stringify(one))),
    words: [...jsonWords, '/spec/template/spec/containers/0', '/-', '~1', '"op":"copy"', '$setElementOrder/containers', '$retainKeys'],
    refuses: isStatusError,
    run(input) {
      const { value, duplicates } = parseText('json', input, true);
      const call = callOf(kind);
      patchedObject(call, structuredClone(deployment), { type, patch: value, duplicates, fieldValidation: 'Strict' });
    },
  };
}

const apply: FuzzTarget = {
  name: 'apply',
  corpus: [bytes(JSON.stringify(deployment))],
  words: jsonWords,
  refuses: isStatusError,
  run(input) {
    const { value, duplicates } = parseText('yaml', input, true);
    const query = new URLSearchParams({ fieldManager: 'fuzz', force: 'true' });
    const change = appliedConfiguration(callOf(kind), value, { duplicates, fieldValidation: 'Strict', query, clock: systemClock });
    change(change(undefined));
  },
};

function textual(name: string, corpus: readonly string[], words: readonly string[], run: (text: string) => void): FuzzTarget {
  return { name, corpus: corpus.map(bytes), words, refuses: isStatusError, run: (input) => run(Buffer.from(input).toString('utf8')) };
}

const selfType = declare.map(declare.dyn);
const environment = createEnvironment({ variables: { self: selfType } });

const cel: FuzzTarget = {
  name: 'cel',
  corpus: [
    'self.spec.replicas <= 5 && self.metadata.name.startsWith("a")',
    'self.items.all(x, x.a.matches("^[a-z]+$")) || has(self.b)',
    '[1, 2, 3].map(x, x * 2).exists(y, y == 4) ? "a" : b"\\x00"',
    'duration("1h") + duration("1m") > duration("59m")',
    '{"a": 1u, "b": 2.5e3}["a"] == 1u && quantity("1Gi").isGreaterThan(quantity("1Mi"))',
    'self.l.filter(x, x in ["a"]).size() > 0 && optional.of(self.a).orValue(1) == 1',
    'cidr("10.0.0.0/8").containsIP("10.1.2.3") && url("https://a/b").getHost() == "a"',
    '"%s %d".format(["a", 1]).split(" ").join("-").lowerAscii()',
  ].map(bytes),
  words: [
    'self',
    '.all(x, ',
    '.matches("(a+)+$")',
    '__proto__',
    'constructor',
    '\\u{10FFFF}',
    '?.',
    '[?',
    '9223372036854775808',
    '..',
    '"""',
    "r'",
  ],
  refuses: (error) => error instanceof EvaluationError || error instanceof CostLimitError,
  run(input) {
    const { program } = environment.compile(Buffer.from(input).toString('utf8'));
    if (program === undefined) return;
    program.estimateCost();
    const self = { spec: { replicas: 3 }, metadata: { name: 'abc' }, items: [{ a: 'a'.repeat(100) }], l: ['a', 'b'], a: null };
    program.evaluate({ self: bindJson(selfType, self) });
  },
};

export const fuzzTargets: readonly FuzzTarget[] = [
  decoder('json', 'application/json', [bytes(JSON.stringify(deployment)), bytes(JSON.stringify(deployment, undefined, 2))], jsonWords),
  decoder(
    'yaml',
    'application/yaml',
    [
      bytes(stringify(deployment)),
      bytes('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: &s {matchLabels: {a: b}}\n  template: {}\n'),
      bytes('# a\napiVersion: "apps/v1"\nkind: >-\n  Deployment\nmetadata:\n  name: !!str web\n  annotations: {a: |\n    b\n  }\n'),
    ],
    [...jsonWords, '&a ', '*a', '<<: ', '!!binary ', '---\n', '? ', '|+\n', '\t', '2001-01-01', 'yes', '0o17', '.inf'],
  ),
  decoder(
    'protobuf',
    'application/vnd.kubernetes.protobuf',
    [
      encodeEnvelope('apps/v1', 'Deployment', encodeProtobuf(deployments.schema.schema, deployment)),
      encodeEnvelope('v1', 'Pod', new Uint8Array()),
    ],
    ['k8s\0', '\u{ff}\u{ff}\u{ff}\u{ff}\u{0f}', '\u{0a}', '\u{12}\u{00}', '\u{0b}'],
  ),
  patch('json patch', 'application/json-patch+json', [
    [
      { op: 'replace', path: '/spec/replicas', value: 5 },
      { op: 'test', path: '/metadata/name', value: 'web' },
      { op: 'copy', from: '/metadata/name', path: '/metadata/annotations/a~1b' },
      { op: 'move', from: '/metadata/annotations/note', path: '/metadata/annotations/other' },
      { op: 'add', path: '/spec/template/spec/containers/-', value: { name: 'b', image: 'b:1' } },
      { op: 'remove', path: '/spec/template/spec/volumes/0' },
    ],
  ]),
  patch('merge patch', 'application/merge-patch+json', [{ spec: { replicas: null, template: { spec: { containers: [] } } } }]),
  patch('strategic patch', 'application/strategic-merge-patch+json', [
    {
      spec: {
        template: {
          spec: {
            '$setElementOrder/containers': [{ name: 'web' }],
            containers: [{ name: 'web', env: [{ name: 'A', $patch: 'delete' }] }],
            '$setElementOrder/volumes': [{ name: 'v' }],
            tolerations: [{ $patch: 'merge', key: 'a' }],
          },
        },
        strategy: { $retainKeys: ['type'], type: 'Recreate' },
      },
      metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] },
    },
    {
      spec: {
        template: {
          spec: { containers: [{ $patch: 'replace' }, { name: 'b', image: 'b:1' }], volumes: [{ name: 'v', $patch: 'delete' }] },
        },
      },
    },
  ]),
  apply,
  textual(
    'label selector',
    ['a=b,c!=d,e in (f, g),h notin (i),j,!k', 'example.com/a==b'],
    ['in', 'notin', '(', ',', '!', '==', '/'],
    parseLabelSelector,
  ),
  textual('field selector', ['metadata.name=a,spec.nodeName!=b\\,c', 'a==b'], ['\\', ',', '=', '!='], parseFieldSelector),
  textual('continue token', [encodeContinue({ revision: 42, namespace: 'default', name: 'a' })], ['eyJ', 'rv', '=', '-'], decodeContinue),
  textual(
    'quantity',
    ['100m', '1.5Gi', '-3e2', '0.000000001', '1E'],
    ['Ki', 'e', 'E', 'n', 'u', '.', '-', '99999999999999999999'],
    parseQuantity,
  ),
  textual(
    'media type',
    ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json;q=0.5'],
    [';', ',', 'q=', '*/*', '"'],
    parseMediaTypes,
  ),
  cel,
];
