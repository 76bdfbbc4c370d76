import type { NodeReport } from '@kajitori/agent-protocol';
import type { NodeStatus } from '@kajitori/kinds';
import { type Machine, diskSpace, readPressure } from './machine.ts';
import { isNews, nodeLabels, nodeStatus } from './node-status.ts';

export interface NodeReporterOptions {
  nodeName: string;
  agentVersion: string;
  machine: Machine;
  nodeIps: readonly string[];
  /** The file system that volumes lie on. */
  stateDir: string;
  engineVersion: () => Promise<string>;
  images: () => Promise<readonly { names: string[]; sizeBytes: number }[]>;
  report: (node: NodeReport) => void;
}

const measureMilliseconds = 10_000;
/** A status that says nothing new is said again so often, as a kubelet does. */
const repeatMilliseconds = 300_000;

/** Measures the node again and again, and reports what is new. */
export class NodeReporter {
  readonly #options: NodeReporterOptions;
  #status: NodeStatus | undefined;
  #reportedAt = 0;
  #measuring: Promise<void> | undefined;

  constructor(options: NodeReporterOptions) {
    this.#options = options;
  }

  get allocatable(): Readonly<Record<string, string>> {
    return this.#status?.allocatable ?? {};
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.measure();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, measureMilliseconds);
        signal.addEventListener(
          'abort',
          () => {
            clearTimeout(timer);
            resolve();
          },
          { once: true },
        );
      });
    }
  }

  /** Measures now; who asks while that goes on gets its outcome. */
  measure(): Promise<void> {
    this.#measuring ??= this.#measureOnce().finally(() => {
      this.#measuring = undefined;
    });
    return this.#measuring;
  }

  async #measureOnce(): Promise<void> {
    const { nodeName, agentVersion, machine, nodeIps, stateDir, engineVersion, images, report } = this.#options;
    const [disk, pressure, engine, found] = await Promise.all([
      diskSpace(stateDir).catch((error: Error) => ({ error: error.message })),
      readPressure(),
      engineVersion().then(
        (version) => ({ version }),
        (error: Error) => ({ error: error.message }),
      ),
      images().catch(() => this.#status?.images?.map(({ names = [], sizeBytes = 0 }) => ({ names, sizeBytes })) ?? []),
    ]);
    const previous = this.#status;
    const status = nodeStatus({
      nodeName,
      agentVersion,
      machine,
      nodeIps,
      disk,
      pressure,
      engine,
      images: found,
      previous,
      now: new Date(),
    });
    this.#status = status;
    if (!isNews(previous, status) && performance.now() - this.#reportedAt < repeatMilliseconds) return;
    this.#reportedAt = performance.now();
    report({ type: 'node', labels: nodeLabels(nodeName, machine), annotations: {}, status });
  }
}
