/**
 * What nodes use, asked of their agents through whichever gateway holds their sessions. An answer is held for some seconds, so that many who ask at once
 * cost a node one measurement; nothing is asked while nobody asks here.
 */
import type { Readable } from 'node:stream';
import { type NodeUsage, nodeUsageForm, usageBytesMax, usagePath } from '@kajitori/agent-protocol';
import { type ClusterId, ShortLivedCache } from '@kajitori/apimachinery';
import type { NodeStreams } from '@kajitori/streams';
import type { Logger } from '@kajitori/telemetry';

const freshMilliseconds = 5_000;
const heldMax = 1_000;
const timeoutMilliseconds = 8_000;
/** Nodes of one request that are asked side by side. */
const askedMax = 32;

export class NodeUsageSource {
  readonly #node: NodeStreams;
  readonly #logger: Logger;
  readonly #held = new ShortLivedCache<string, NodeUsage | undefined>({
    maxAgeMilliseconds: freshMilliseconds,
    maxEntries: heldMax,
    rememberAbsence: true,
  });

  constructor({ node, logger }: { node: NodeStreams; logger: Logger }) {
    this.#node = node;
    this.#logger = logger;
  }

  /** By node; one that does not answer is not in it, as a metrics server leaves it out. */
  async ofNodes(cluster: ClusterId, nodes: Iterable<string>): Promise<Map<string, NodeUsage>> {
    const found = new Map<string, NodeUsage>();
    const queue = new Set(nodes).values();
    const ask = async (): Promise<void> => {
      for (const node of queue) {
        const usage = await this.#ofNode(cluster, node);
        if (usage !== undefined) found.set(node, usage);
      }
    };
    await Promise.all(Array.from({ length: askedMax }, ask));
    return found;
  }

  #ofNode(cluster: ClusterId, node: string): Promise<NodeUsage | undefined> {
    return this.#held.get(`${cluster}/${node}`, () =>
      this.#ask(cluster, node).catch((error: unknown) => {
        this.#logger.debug({ error, cluster, node }, 'a node does not tell what it uses');
        return undefined;
      }),
    );
  }

  async #ask(cluster: ClusterId, node: string): Promise<NodeUsage> {
    const signal = AbortSignal.timeout(timeoutMilliseconds);
    const document = await this.#node.document({ cluster, node, path: usagePath }, signal);
    signal.addEventListener('abort', () => document.destroy(new Error('the node did not answer in time')), { once: true });
    return nodeUsageForm.parse(JSON.parse((await readWhole(document)).toString('utf8')));
  }
}

async function readWhole(document: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of document as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > usageBytesMax) throw new Error(`a node answered more than ${usageBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
