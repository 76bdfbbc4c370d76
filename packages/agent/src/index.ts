export { type AgentOptions, defaultStateDir, runAgent } from './agent.ts';
export { type Trust, parsePin } from './connection/trust.ts';
