import type { z } from 'zod';
import { type AgentMessage, agentMessageForm } from './agent-messages.ts';
import { type GatewayMessage, gatewayMessageForm } from './gateway-messages.ts';
import { maxMessageBytes } from './limits.ts';

/** The other side said what no version of this protocol says; the connection ends with `protocolErrorCode`. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** The text of a message. @throws ProtocolError when it is larger than any peer takes. */
export function encodeMessage(message: AgentMessage | GatewayMessage): string {
  const text = JSON.stringify(message);
  if (text.length > maxMessageBytes) throw new ProtocolError(`a ${message.type} message of ${text.length} characters is over the limit`);
  return text;
}

/** What an agent said; undefined for a type that only newer agents know. @throws ProtocolError */
export function decodeAgentMessage(text: string): AgentMessage | undefined {
  return decode(text, agentMessageForm, agentTypes);
}

/** What a gateway said; undefined for a type that only newer gateways know. @throws ProtocolError */
export function decodeGatewayMessage(text: string): GatewayMessage | undefined {
  return decode(text, gatewayMessageForm, gatewayTypes);
}

const agentTypes = typesOf(agentMessageForm);
const gatewayTypes = typesOf(gatewayMessageForm);

function typesOf(form: { options: readonly { shape: { type: z.ZodLiteral<string> } }[] }): ReadonlySet<string> {
  return new Set(form.options.map((option) => option.shape.type.value));
}

function decode<T>(text: string, form: z.ZodType<T>, types: ReadonlySet<string>): T | undefined {
  if (text.length > maxMessageBytes) throw new ProtocolError(`a message of ${text.length} characters is over the limit`);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError('a message is not JSON', { cause });
  }
  const type = typeof body === 'object' && body !== null && 'type' in body ? body.type : undefined;
  if (typeof type !== 'string') throw new ProtocolError('a message has no type');
  if (!types.has(type)) return undefined;
  const read = form.safeParse(body);
  if (read.success) return read.data;
  // Values stay out of the text: a Secret may be among them.
  const issues = read.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.code}`);
  throw new ProtocolError(`a ${type} message is malformed (${issues.join('; ')})`);
}

/** Cuts a list into runs that fit a message: of at most `maxItems`, and of about `targetBytes` as JSON. An empty list gives none. */
export function splitBySize<T>(items: readonly T[], limits: { maxItems: number; targetBytes: number }): T[][] {
  const runs: T[][] = [];
  let run: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = JSON.stringify(item).length;
    if (run.length > 0 && (run.length >= limits.maxItems || bytes + size > limits.targetBytes)) {
      runs.push(run);
      run = [];
      bytes = 0;
    }
    run.push(item);
    bytes += size;
  }
  if (run.length > 0) runs.push(run);
  return runs;
}
