import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { parse, stringify } from 'yaml';
import { type AuditEvent, auditEventForm, auditPolicyForm } from '../answers.ts';
import { followAudit, shownCode } from '../audit-follow.ts';
import { CliError } from '../cli-error.ts';
import { action, type CommandContext, note, print } from '../context.ts';
import { instantOrAge, positiveInteger } from '../duration.ts';
import { say } from '../language.ts';
import type { Column } from '../output.ts';

interface FilterOptions {
  cluster?: string;
  user?: string;
  verb?: string;
  resource?: string;
  namespace?: string;
  name?: string;
  since?: string;
  until?: string;
}

const eventsDefault = 50;

const columns: readonly Column<AuditEvent>[] = [
  ['TIME', ({ stageTimestamp }) => stageTimestamp.slice(0, 19).replace('T', ' ')],
  ['USER', ({ user, impersonatedUser }) => [user, impersonatedUser].flatMap((one) => one?.username ?? []).join(' as ')],
  ['VERB', ({ verb }) => verb],
  ['RESOURCE', ({ objectRef, requestURI }) => [objectRef?.resource ?? requestURI, objectRef?.subresource].filter(Boolean).join('/')],
  ['NAMESPACE', ({ objectRef }) => objectRef?.namespace ?? ''],
  ['NAME', ({ objectRef }) => objectRef?.name ?? ''],
  ['CODE', shownCode],
];

export function auditCommands(program: Command): void {
  const audit = program.command('audit').description(say({ en: 'Who did what in a cluster', ja: 'クラスターの監査ログ' }));
  list(audit);
  exporting(audit);
  policy(audit);
}

function list(audit: Command): void {
  filtered(audit.command('list'))
    .description(say({ en: 'List events, newest first', ja: 'イベントを新しい順に一覧する' }))
    .option('--limit <number>', say({ en: `how many (${eventsDefault})`, ja: `件数 (既定 ${eventsDefault})` }), positiveInteger)
    .option(
      '-f, --follow',
      say({ en: 'go on with those that come, newest last', ja: '新しいイベントを待って表示し続ける (新しいものが最後)' }),
    )
    .action(
      action(async (context, { limit = eventsDefault, follow, ...filter }: FilterOptions & { limit?: number; follow?: boolean }) => {
        const { path, query } = await auditOf(context, filter);
        if (follow === true && filter.until !== undefined) {
          throw new CliError(
            say({ en: '--follow has no end, and --until is one', ja: '--follow と --until は同時に使えません' }),
            'kaji audit list --follow --since 1h',
          );
        }
        const newest = await newestEvents(context, `${path}?${query.toString()}`, limit);
        if (follow === true) return followAudit(context, { path, query, columns, first: newest.toReversed() });
        context.list(newest, columns);
      }),
    );
}

function exporting(audit: Command): void {
  filtered(audit.command('export'))
    .description(
      say({ en: 'Print all events, newest first: one JSON object a line', ja: 'すべてのイベントを JSON Lines で出力する (新しい順)' }),
    )
    .option('--file <file>', say({ en: 'write them to a file', ja: 'ファイルに書く' }))
    .action(
      action(async (context, { file, ...filter }: FilterOptions & { file?: string }) => {
        const { path, query } = await auditOf(context, filter);
        const events = await context.api.stream(`${path}/export?${query.toString()}`);
        const target = file === undefined ? process.stdout : createWriteStream(file, { mode: 0o600 });
        await pipeline(events, target).catch((error: NodeJS.ErrnoException) => {
          // Who reads only the beginning closes the pipe.
          if (error.code === 'EPIPE' && file === undefined) return;
          throw new CliError(
            say({ en: `the export broke off: ${error.message}`, ja: `書き出しが途中で終わりました: ${error.message}` }),
            say({ en: 'What was written is not all. Export again.', ja: '出力は不完全です。もう一度実行してください。' }),
            error,
          );
        });
        if (file !== undefined) note(file);
      }),
    );
}

function policy(audit: Command): void {
  const policies = audit.command('policy').description(say({ en: 'What is kept', ja: '何を記録するか' }));
  policies
    .command('get')
    .description(say({ en: 'Show the audit policy', ja: '監査ポリシーを表示する' }))
    .option(...clusterOption)
    .action(
      action(async (context, { cluster }: FilterOptions) => {
        const { id } = await context.cluster(cluster);
        const set = await context.api.send(`/v1/clusters/${id}/audit-policy`, auditPolicyForm);
        // What can be edited and set again.
        print(context.output === 'json' ? `${JSON.stringify(set, null, 2)}\n` : stringify(set));
      }),
    );
  policies
    .command('set <file>')
    .description(
      say({
        en: 'Set the audit policy from a file of YAML or JSON (-: standard input)',
        ja: '監査ポリシーを設定する (YAML か JSON。- は標準入力)',
      }),
    )
    .option(...clusterOption)
    .action(
      action(async (context, file: string, { cluster }: FilterOptions) => {
        const { id, name } = await context.cluster(cluster);
        const body = readPolicy(file, file === '-' ? await text(process.stdin) : await readText(file));
        const set = await context.api.send(`/v1/clusters/${id}/audit-policy`, auditPolicyForm, { method: 'PUT', body });
        context.done(
          set,
          say({
            en: `The audit policy of ${name} is set; it holds within five seconds.`,
            ja: `${name} の監査ポリシーを設定しました。5 秒以内に有効になります。`,
          }),
        );
      }),
    );
}

const clusterOption = [
  '--cluster <cluster>',
  say({ en: 'cluster, by name or id (the only one)', ja: 'クラスターの名前か id (一つだけなら省略可)' }),
] as const;

function filtered(command: Command): Command {
  return command
    .option(...clusterOption)
    .option('--user <name>', say({ en: 'who sent the request', ja: 'リクエストを送ったユーザー' }))
    .option('--verb <verb>', say({ en: 'for example delete', ja: '例: delete' }))
    .option('--resource <resource>', say({ en: 'for example pods or pods/exec', ja: '例: pods, pods/exec' }))
    .option('-n, --namespace <namespace>', say({ en: 'namespace', ja: 'Namespace' }))
    .option('--name <name>', say({ en: 'name of the object', ja: 'オブジェクトの名前' }))
    .option('--since <when>', say({ en: 'an age like 2h, or an instant', ja: '2h のような長さか、日時' }), instantOrAge)
    .option('--until <when>', say({ en: 'the same', ja: '同上' }), instantOrAge);
}

async function auditOf(
  context: CommandContext,
  { cluster, since, until, ...terms }: FilterOptions,
): Promise<{ path: string; query: URLSearchParams }> {
  const { id } = await context.cluster(cluster);
  const given = Object.entries({ ...terms, from: since, to: until }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { path: `/v1/clusters/${id}/audit`, query: new URLSearchParams(given) };
}

async function newestEvents({ api }: CommandContext, path: string, limit: number): Promise<AuditEvent[]> {
  const events: AuditEvent[] = [];
  for await (const page of api.pages(path, auditEventForm)) {
    events.push(...page);
    if (events.length >= limit) break;
  }
  return events.slice(0, limit);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CliError(`cannot read ${file}`, 'Give a file with an audit.k8s.io/v1 Policy.', error);
  }
}

function readPolicy(file: string, given: string): unknown {
  try {
    return parse(given) as unknown;
  } catch (error) {
    throw new CliError(`${file} is not YAML: ${error instanceof Error ? error.message : ''}`, 'Give an audit.k8s.io/v1 Policy.', error);
  }
}
