import { setTimeout as pause } from 'node:timers/promises';
import { type AuditEvent, auditEventForm } from './answers.ts';
import { isBroken } from './api-client.ts';
import { CliError } from './cli-error.ts';
import { type CommandContext, note, print } from './context.ts';
import { say } from './language.ts';
import { type Column, renderTable } from './output.ts';

const intervalMilliseconds = 1_000;
/** Events are written some time after they happened, each server process in batches of its own. */
const lateMilliseconds = 10_000;
/** Widths of columns before it is known what will come. */
const widths = [19, 24, 6, 20, 12, 24, 4];

export interface AuditFollow {
  path: string;
  query: URLSearchParams;
  columns: readonly Column<AuditEvent>[];
  /** What there was, oldest first. */
  first: readonly AuditEvent[];
}

/** Prints events as they come, each once, the newest last, until the person ends it. */
export async function followAudit(context: CommandContext, { path, query, columns, first }: AuditFollow): Promise<never> {
  const seen = new Map<string, number>();
  const show = (events: readonly AuditEvent[]): void => {
    const fresh = events.filter((event) => !seen.has(keyOf(event)));
    for (const event of fresh) seen.set(keyOf(event), Date.parse(event.stageTimestamp));
    if (fresh.length > 0) print(rendered(context, fresh, columns));
  };
  if (context.output === 'table') print(renderTable([columns.map(([head]) => head)], widths));
  // The service's clock counts, not ours: it is asked from what it last said, and from the beginning while it has said nothing.
  const since = Date.parse(query.get('from') ?? '1970-01-01');
  let newest = Math.max(0, ...first.map(({ stageTimestamp }) => Date.parse(stageTimestamp)));
  show(first);
  let isAway = false;
  for (;;) {
    const from = Math.max(since, newest - lateMilliseconds);
    for (const [key, at] of seen) if (at < from) seen.delete(key);
    try {
      const events = await context.api.all(`${path}?${withFrom(query, from)}`, auditEventForm);
      const ordered = events.toSorted((a, b) => Date.parse(a.stageTimestamp) - Date.parse(b.stageTimestamp));
      newest = Math.max(newest, ...ordered.slice(-1).map(({ stageTimestamp }) => Date.parse(stageTimestamp)));
      show(ordered);
      isAway = false;
    } catch (error) {
      if (!(error instanceof CliError) || !isBroken(error.cause)) throw error;
      if (!isAway) note(say({ en: `${error.message}; waiting`, ja: `${error.message} (再接続を待っています)` }));
      isAway = true;
    }
    await pause(intervalMilliseconds);
  }
}

/** An answer's code; nothing while a watch or a stream goes on. */
export function shownCode({ stage, responseStatus }: AuditEvent): string {
  return stage === 'ResponseComplete' ? String(responseStatus?.code ?? '') : '';
}

function withFrom(query: URLSearchParams, from: number): string {
  const asked = new URLSearchParams(query);
  asked.set('from', new Date(from).toISOString());
  return asked.toString();
}

/** A request has at most one event of each stage; one that was written twice is the same. */
function keyOf({ auditID, stage }: AuditEvent): string {
  return `${auditID} ${stage}`;
}

function rendered({ output }: CommandContext, events: readonly AuditEvent[], columns: readonly Column<AuditEvent>[]): string {
  if (output !== 'table') return events.map((event) => `${JSON.stringify(event)}\n`).join('');
  return renderTable(
    events.map((event) => columns.map(([, cell]) => cell(event))),
    widths,
  );
}
