import { readFile } from 'node:fs/promises';

const sysResourceBit = 24n;

/**
 * The lowest `oom_score_adj` that may be asked for. Lowering it under 0 takes a capability that agent and engine may lack, on machines that are containers
 * themselves or with a rootless engine; a container that asks for it there does not start at all.
 */
export async function lowestOomScoreAdjust(securityOptions: readonly string[]): Promise<number> {
  if (securityOptions.some((option) => option.startsWith('name=rootless'))) return 0;
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(await readFile('/proc/self/status', 'utf8'))?.[1];
  const may = capabilities !== undefined && ((BigInt(`0x${capabilities}`) >> sysResourceBit) & 1n) === 1n;
  return may ? -1000 : 0;
}
