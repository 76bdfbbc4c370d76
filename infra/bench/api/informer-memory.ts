import type { KubeObject } from '@kajitori/apimachinery';
import { Informer, type ResourceClient } from '@kajitori/client';
import { realisticPod } from './realistic-pod.ts';

/**
 * Run with --expose-gc, as a process of its own: fills an informer, the one cache of whole objects that the product has, as a list of the API
 * would, and prints what it takes beside what the objects weigh on the wire, in bytes.
 */
const pods = Number(process.argv[2]);
const collect = (globalThis as { gc?: () => void }).gc ?? ((): never => raise('--expose-gc is needed'));

const before = heapBytes();
let wireBytes = 0;
const objects = Array.from({ length: pods }, (_, number) => parsed(number));
const client = {
  list: async () => ({ items: objects.splice(0), resourceVersion: String(pods) }),
  watch: async function* () {
    await new Promise(() => undefined);
    yield* [];
  },
} as unknown as ResourceClient<KubeObject>;
const informer = new Informer({ client }).start();
await informer.synced;
const held = heapBytes() - before;
if (informer.size !== pods) throw new Error(`the informer holds ${informer.size} objects`);
console.log(JSON.stringify({ wireBytes, heapBytes: held }));
process.exit(0);

/** As it comes out of storage. */
function parsed(number: number): KubeObject {
  const pod = realisticPod(`pod-${number}`, number) as { metadata: object };
  const uid = crypto.randomUUID();
  const metadata = {
    ...pod.metadata,
    namespace: 'many',
    uid,
    resourceVersion: String(number),
    creationTimestamp: new Date().toISOString(),
  };
  const text = JSON.stringify({ ...pod, metadata, status: { phase: 'Pending', qosClass: 'Burstable' } });
  wireBytes += Buffer.byteLength(text);
  return JSON.parse(text) as KubeObject;
}

function heapBytes(): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function raise(message: string): never {
  throw new Error(message);
}
