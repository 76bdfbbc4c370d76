import { readdirSync, readFileSync } from 'node:fs';
import type { Instance } from './instance.ts';
import { SupervisorControl } from './supervisor/control.ts';

/** Proportional set size in KiB of a process and its descendants: shared pages count once in the sum. */
export function treeKibibytes(pid: number): number {
  const children = childrenByParent();
  const visit = (one: number): number => kibibytesOf(one) + (children.get(one) ?? []).reduce((sum, child) => sum + visit(child), 0);
  return visit(pid);
}

/** Of the named processes of an instance together. */
export async function instanceKibibytes(instance: Instance, names: readonly string[]): Promise<number> {
  const { processes } = await new SupervisorControl(instance).state();
  const found = processes.filter(({ name, pid }) => names.includes(name) && pid !== undefined);
  if (found.length !== names.length) throw new Error(`of ${names.join(', ')} only ${found.map(({ name }) => name).join(', ')} run`);
  return found.reduce((sum, { pid }) => sum + treeKibibytes(pid ?? 0), 0);
}

/** Proportional set size in KiB of one process; 0 when it has ended. */
export function kibibytesOf(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return 0;
    throw error;
  }
}

function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = parentOf(Number(name));
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  return children;
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
