import { humanDuration, isConditionTrue, parseTime } from '@kajitori/apimachinery';
import { containersOf, selectorColumn } from '../../apps/workload-columns.ts';
import type { Column } from '../../kind.ts';
import { ageColumn, nameColumn, textColumn } from '../../meta/columns.ts';
import type { Job } from './job.ts';

export const jobColumns: readonly Column<Job>[] = [
  nameColumn,
  textColumn('Status', 'Whether it runs, waits, or how it ended.', statusText),
  textColumn('Completions', 'Pods that succeeded, of all that must.', completions),
  textColumn('Duration', 'Time from its start to its end, or to now.', duration),
  ageColumn,
  ...containersOf<Job>(({ spec }) => spec.template.spec),
  selectorColumn(({ spec }) => spec.selector),
];

function statusText({ metadata, status }: Job): string {
  const is = (type: string): boolean => isConditionTrue(status?.conditions, type);
  if (is('Complete')) return 'Complete';
  if (is('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  for (const type of ['Suspended', 'FailureTarget', 'SuccessCriteriaMet']) if (is(type)) return type;
  return 'Running';
}

function completions({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`;
  // Without a number wanted, the first success ends it.
  return (spec.parallelism ?? 0) > 1 ? `${succeeded}/1 of ${spec.parallelism}` : `${succeeded}/1`;
}

function duration({ status }: Job, now: Date): string {
  const start = parseTime(status?.startTime ?? '');
  if (start === undefined) return '';
  return humanDuration((parseTime(status?.completionTime ?? '') ?? now.getTime()) - start);
}
