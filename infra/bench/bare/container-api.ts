import { Readable } from 'node:stream';
import { dockerCall } from '../../local/docker-api.ts';
import { dockerSocket } from '../../local/docker-engine.ts';

/** Containers of a measurement, by the engine's API alone; disposing removes them. */
export interface ContainerApi extends AsyncDisposable {
  create: (name: string, specification: Record<string, unknown>) => Promise<string>;
  start: (id: string) => Promise<void>;
}

export function containerApi(prefix: string): ContainerApi {
  const socket = dockerSocket();
  const made: string[] = [];
  return {
    async create(name, specification) {
      const body = Readable.from([JSON.stringify(specification)]);
      const path = `/containers/create?name=${prefix}-${name}`;
      const { status, text } = await dockerCall(socket, { method: 'POST', path, body, contentType: 'application/json' });
      if (status !== 201) throw new Error(`the engine refused to create a container: ${text}`);
      const { Id } = JSON.parse(text) as { Id: string };
      made.push(Id);
      return Id;
    },
    async start(id) {
      const { status, text } = await dockerCall(socket, { method: 'POST', path: `/containers/${id}/start` });
      if (status !== 204) throw new Error(`the engine refused to start a container: ${text}`);
    },
    async [Symbol.asyncDispose]() {
      for (const id of made.reverse()) await dockerCall(socket, { method: 'DELETE', path: `/containers/${id}?force=1&v=1` });
    },
  };
}
