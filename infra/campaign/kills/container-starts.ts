import { request } from 'node:http';
import { createInterface } from 'node:readline';

/** Labels that an agent puts on the containers of a pod; a sandbox has no container's name. */
export const labels = {
  namespace: 'io.kajitori.pod.namespace',
  pod: 'io.kajitori.pod.name',
  uid: 'io.kajitori.pod.uid',
  container: 'io.kajitori.container.name',
};

export interface ContainerStart {
  pod: string;
  podUid: string;
  container: string;
}

/** Counts, by the Docker Engine's own events, how often each container of a namespace's pods was started. */
export class ContainerStarts implements Disposable {
  readonly starts: ContainerStart[] = [];
  readonly #stop: () => void;

  constructor(socketPath: string, namespace: string) {
    const filters = JSON.stringify({ type: ['container'], event: ['start'], label: [`${labels.namespace}=${namespace}`] });
    const call = request({ socketPath, path: `/events?filters=${encodeURIComponent(filters)}` }, (response) => {
      const lines = createInterface({ input: response });
      lines.on('line', (line) => this.#note(line));
      // Ending it from this side is an error to the stream, and none to us.
      for (const part of [lines, response]) part.on('error', () => undefined);
    });
    call.on('error', (error) => {
      throw error;
    });
    call.end();
    this.#stop = () => {
      call.removeAllListeners('error').on('error', () => undefined);
      call.destroy();
    };
  }

  /** Containers of pods' specs that were started more than once, in the same pod. */
  repeated(): string[] {
    const counts = new Map<string, number>();
    for (const { pod, podUid, container } of this.starts) {
      const key = `${pod}/${container} (${podUid})`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return [...counts].filter(([, count]) => count > 1).map(([key, count]) => `${key} was started ${count} times`);
  }

  #note(line: string): void {
    const { Attributes: attributes } = (JSON.parse(line) as { Actor: { Attributes: Record<string, string> } }).Actor;
    const container = attributes[labels.container];
    if (!container) return;
    this.starts.push({ pod: attributes[labels.pod] ?? '', podUid: attributes[labels.uid] ?? '', container });
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}
