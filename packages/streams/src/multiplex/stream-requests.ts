import { type ClusterId, isClusterId } from '@kajitori/apimachinery';
import { z } from 'zod';

const shortText = z.string().max(253);
const pod = {
  cluster: z.custom<ClusterId>((value) => typeof value === 'string' && isClusterId(value)),
  node: shortText,
  namespace: shortText,
  pod: shortText,
  uid: z.string().max(64),
};
const container = { ...pod, container: shortText };
const process = { stdin: z.boolean(), stdout: z.boolean(), stderr: z.boolean(), tty: z.boolean() };
const port = z.number().int().min(1).max(65_535);
const count = z.number().int().min(0);

/** What a stream is opened for: the calls of `NodeStreams` and `ClusterDialer`, as they travel. */
export const streamRequestForm = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exec'), ...container, ...process, command: z.array(z.string()).min(1).max(4096) }),
  z.object({ kind: z.literal('attach'), ...container, ...process }),
  z.object({
    kind: z.literal('logs'),
    ...container,
    follow: z.boolean().optional(),
    previous: z.boolean().optional(),
    timestamps: z.boolean().optional(),
    sinceSeconds: count.optional(),
    sinceTime: z.string().max(64).optional(),
    tailLines: count.optional(),
    limitBytes: count.optional(),
    stream: z.enum(['All', 'Stdout', 'Stderr']).optional(),
  }),
  z.object({ kind: z.literal('portForward'), ...pod, port }),
  z.object({ kind: z.literal('document'), cluster: pod.cluster, node: shortText, path: z.string().startsWith('/').max(1024) }),
  z.object({ kind: z.literal('dial'), cluster: pod.cluster, node: shortText.optional(), host: shortText, port }),
]);

export type StreamRequest = z.infer<typeof streamRequestForm>;

/** Which channel of a stream carries what. Logs and documents come on `stdout`; a connection is channel 0 alone. */
export const channelNumber = { stdin: 0, stdout: 1, stderr: 2, connection: 0 } as const;

const side = z.number().int().min(0).max(0xffff);
export const resizeNoteForm = z.object({ resize: z.object({ width: side, height: side }) });
export const statusNoteForm = z.object({ status: z.unknown() });
