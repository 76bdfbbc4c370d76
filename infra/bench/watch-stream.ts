import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Target } from './load.ts';

export interface WatchedEvent {
  type: string;
  object: { metadata: { name: string; resourceVersion: string }; [field: string]: unknown };
}

/** One watch over a connection of its own. */
export class WatchStream implements Disposable {
  readonly #agent: Agent;
  readonly #response: IncomingMessage;

  private constructor(agent: Agent, response: IncomingMessage) {
    this.#agent = agent;
    this.#response = response;
  }

  /** Resolves once the server has begun to answer. Each event's line is given as it comes, unparsed. */
  static async open({ url, token, certificateAuthority }: Target, path: string, onLine: (line: string) => void): Promise<WatchStream> {
    const agent = new Agent({ keepAlive: true, ca: certificateAuthority });
    const call = request(`${url}${path}`, { agent, headers: { accept: 'application/json', authorization: `Bearer ${token ?? ''}` } });
    call.end();
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`GET ${path} answered ${response.statusCode}: ${await text(response)}`);
    // Ending the watch from this side is an error to the stream, and none to us.
    call.on('error', () => undefined);
    const lines = createInterface({ input: response });
    for (const part of [lines, response]) part.on('error', () => undefined);
    lines.on('line', onLine);
    return new WatchStream(agent, response);
  }

  [Symbol.dispose](): void {
    this.#response.destroy();
    this.#agent.destroy();
  }
}
