import { createInterface } from 'node:readline';
import type { DockerClient } from './docker-client.ts';
import { engineEventForm } from './docker-forms.ts';
import { label } from './labels.ts';

export interface ContainerEvent {
  containerId: string;
  podUid: string;
  action: string;
}

export interface EngineEventsOptions {
  docker: DockerClient;
  agentId: string;
  onEvent: (event: ContainerEvent) => void;
  /** The stream is open: what happened before it may have been missed, so everything is to be looked at. */
  onConnected: () => void;
  onDisconnected: (error: unknown) => void;
  signal: AbortSignal;
}

const reconnectMilliseconds = 1000;
const interesting = ['create', 'start', 'die', 'destroy', 'oom', 'pause', 'unpause', 'update'];

/** Tells what happens to this agent's containers, until the signal aborts. A stream that breaks is opened again. */
export async function followEngineEvents({
  docker,
  agentId,
  onEvent,
  onConnected,
  onDisconnected,
  signal,
}: EngineEventsOptions): Promise<void> {
  while (!signal.aborted) {
    try {
      const filters = { type: ['container'], label: [`${label.agent}=${agentId}`], event: interesting };
      const stream = await docker.stream('GET', '/events', { query: { filters }, signal });
      onConnected();
      for await (const line of createInterface({ input: stream })) {
        const { Action, Actor } = engineEventForm.parse(JSON.parse(line));
        onEvent({ containerId: Actor.ID, podUid: Actor.Attributes[label.podUid] ?? '', action: Action });
      }
      onDisconnected(new Error('the engine ended its events'));
    } catch (error) {
      if (signal.aborted) return;
      onDisconnected(error);
    }
    await pause(signal);
  }
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, reconnectMilliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
