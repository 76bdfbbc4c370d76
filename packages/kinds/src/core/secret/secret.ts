import { boolean, bytes, map, string, type Infer } from '@kajitori/schema';
import { topLevel } from '../../meta/top-level.ts';

export const Secret = topLevel(
  'io.k8s.api.core.v1.Secret',
  {
    data: map(2, bytes()).describe('Bytes by key, in base64.'),
    type: string(3).default('Opaque').describe('What the secret is for; known types must have certain keys.'),
    stringData: map(4, string()).describe('Text by key, for writing only: it is merged into data.'),
    immutable: boolean(5).keepsZero().describe('Whether the data is fixed for good.'),
  },
  { description: 'What must stay secret: passwords, keys, tokens. At most 1 MiB.' },
);
export type Secret = Infer<typeof Secret>;
