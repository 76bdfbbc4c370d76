import type { ReportedEvent } from '@kajitori/agent-protocol';
import { isStatusError, type KubeObject } from '@kajitori/apimachinery';
import type { ClusterClient, ResourceClient } from '@kajitori/client';
import { type Event, events } from '@kajitori/kinds';

/** Writes the events of a node, as that node. One whose name is taken replaces it: its count rose. */
export class EventWriter {
  readonly #events: ResourceClient<Event & KubeObject>;
  readonly #node: string;

  constructor(client: ClusterClient, node: string) {
    this.#events = client.resource(events);
    this.#node = node;
  }

  async write(reported: ReportedEvent): Promise<void> {
    const event = {
      ...reported,
      apiVersion: 'v1',
      kind: 'Event',
      source: { component: 'kubelet', host: this.#node },
      reportingComponent: 'kubelet',
      reportingInstance: this.#node,
    } as unknown as Event & KubeObject;
    try {
      await this.#events.create(event);
    } catch (error) {
      if (!isStatusError(error, 'AlreadyExists')) throw error;
      await this.#events.update(event);
    }
  }
}
