import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { TestInstance } from '@kajitori/testing';

/** Asks /v1 of an instance, with its own API key. @throws Error for every refusal. */
export function askManagement({ address, apiKey, certificateAuthority }: TestInstance) {
  return async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
    const agent = new Agent({ ca: certificateAuthority });
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const headers = { authorization: `Bearer ${apiKey}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const asked = request(new URL(path, address), { method, agent, headers }, (answer) => {
      if ((answer.statusCode ?? 500) >= 400) reject(new Error(`${method} ${path}: ${answer.statusCode}`));
      else text(answer).then(resolve, reject);
    });
    asked.on('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
    const answered = await promise.finally(() => agent.destroy());
    return (answered === '' ? undefined : JSON.parse(answered)) as Answer;
  };
}
