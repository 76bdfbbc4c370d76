import type { KubernetesAccess } from '../../local/kubernetes-access.ts';
import type { ContainerStarts } from './container-starts.ts';
import { namespace } from './workloads.ts';

const minuteMilliseconds = 60_000;
const scheduledAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

interface Job {
  metadata: { name: string; annotations?: Record<string, string> };
  status?: { succeeded?: number };
}

/** What is wrong with the CronJob's occurrences: each minute between the instants must have run once, by Jobs and by containers. */
export async function occurrenceProblems(
  access: KubernetesAccess,
  starts: ContainerStarts,
  span: { from: Date; to: Date },
): Promise<string[]> {
  const { items: jobs } = (await access.get(`/apis/batch/v1/namespaces/${namespace}/jobs`)) as { items: Job[] };
  const problems: string[] = [];
  const first = Math.ceil(span.from.getTime() / minuteMilliseconds) * minuteMilliseconds;
  for (let instant = first; instant <= span.to.getTime(); instant += minuteMilliseconds) {
    const minute = new Date(instant);
    const ofMinute = jobs.filter(({ metadata }) => sameInstant(metadata.annotations?.[scheduledAnnotation], minute));
    const [job] = ofMinute;
    if (!job) problems.push(`${minute.toISOString()} was forgotten`);
    else if (ofMinute.length > 1) problems.push(`${minute.toISOString()} has ${ofMinute.length} Jobs`);
    else problems.push(...jobProblems(job, starts));
  }
  return problems;
}

function jobProblems({ metadata: { name }, status }: Job, { starts }: ContainerStarts): string[] {
  const count = starts.filter(({ pod }) => pod.startsWith(`${name}-`)).length;
  if (count !== 1) return [`Job ${name} started ${count} containers`];
  return status?.succeeded === 1 ? [] : [`Job ${name} did not succeed: ${JSON.stringify(status)}`];
}

function sameInstant(text: string | undefined, instant: Date): boolean {
  return text !== undefined && new Date(text).getTime() === instant.getTime();
}
