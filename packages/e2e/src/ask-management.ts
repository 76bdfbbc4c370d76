import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { TestInstance } from '@kajitori/testing';

/** Asks /v1 of an instance, with its own API key. @throws Error for every refusal. */
export function askManagement({ address, apiKey, certificateAuthority }: TestInstance) {
  return async <Answer>(method: string, path: string): Promise<Answer> => {
    const agent = new Agent({ ca: certificateAuthority });
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const asked = request(new URL(path, address), { method, agent, headers: { authorization: `Bearer ${apiKey}` } }, (answer) => {
      if ((answer.statusCode ?? 500) >= 400) reject(new Error(`${method} ${path}: ${answer.statusCode}`));
      else text(answer).then(resolve, reject);
    });
    asked.on('error', reject);
    asked.end();
    const body = await promise.finally(() => agent.destroy());
    return (body === '' ? undefined : JSON.parse(body)) as Answer;
  };
}
