import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { drainForm, joinForm, type Node, nodeForm, nothing } from '../answers.ts';
import { CliError } from '../cli-error.ts';
import { action, type CommandContext, note, shownDate } from '../context.ts';
import { durationSeconds, positiveInteger } from '../duration.ts';
import { say } from '../language.ts';

interface ClusterOption {
  cluster?: string;
}

interface DrainOptions extends ClusterOption {
  force?: boolean;
  deleteEmptydirData?: boolean;
  gracePeriod?: number;
  timeout?: number;
}

const clusterOption = [
  '--cluster <cluster>',
  say({ en: 'cluster, by name or id (the only one)', ja: 'クラスターの名前か id (一つだけなら省略可)' }),
] as const;
const drainIntervalMilliseconds = 1_000;
const drainTimeoutSeconds = 600;

export function nodeCommands(program: Command): void {
  const nodes = program.command('nodes').description(say({ en: 'Nodes of a cluster', ja: 'クラスターのノード' }));
  nodes
    .command('join-command')
    .description(say({ en: 'Print the line that makes a machine a node', ja: 'マシンをノードにするコマンドを表示する' }))
    .option(...clusterOption)
    .option('--max-uses <number>', say({ en: 'how many machines may join by it (1)', ja: '使える台数 (既定 1)' }), positiveInteger)
    .option('--expires-in <duration>', say({ en: 'for example 30m or 7d (1h)', ja: '例: 30m, 7d (既定 1h)' }), durationSeconds)
    .action(
      action(async (context, { cluster: given, maxUses, expiresIn }: ClusterOption & { maxUses?: number; expiresIn?: number }) => {
        const cluster = await context.cluster(given);
        const issued = await context.create(`/v1/clusters/${cluster.id}/join-tokens`, joinForm, { maxUses, expiresInSeconds: expiresIn });
        note(
          say({ en: 'Run this as root on a Linux machine with Docker:', ja: 'Docker のある Linux マシンで root として実行してください:' }),
        );
        context.done(issued, issued.command);
      }),
    );
  listing(nodes);
  scheduling(nodes, 'cordon', say({ en: 'Let no new pod come to a node', ja: '新しい Pod を受け入れないようにする' }));
  scheduling(nodes, 'uncordon', say({ en: 'Let pods come to a node again', ja: '再び Pod を受け入れるようにする' }));
  drain(nodes);
  nodes
    .command('remove <node>')
    .description(say({ en: 'Remove a node from its cluster; drain it first', ja: 'ノードをクラスターから外す (先に drain する)' }))
    .option(...clusterOption)
    .action(
      action(async (context, node: string, { cluster }: ClusterOption) => {
        await context.api.send(await pathOf(context, cluster, node), nothing, { method: 'DELETE' });
        note(
          say({
            en: `Removed ${node}. On the machine: /opt/kajitori/uninstall.sh`,
            ja: `${node} を外しました。マシン側では: /opt/kajitori/uninstall.sh`,
          }),
        );
      }),
    );
}

function listing(nodes: Command): void {
  nodes
    .command('list')
    .description(say({ en: 'List nodes', ja: 'ノードを一覧する' }))
    .option(...clusterOption)
    .action(
      action(async (context, { cluster }: ClusterOption) => {
        const { id } = await context.cluster(cluster);
        context.list(await context.api.all(`/v1/clusters/${id}/nodes`, nodeForm), [
          ['NAME', ({ name }) => name],
          ['STATUS', statusOf],
          ['ADDRESS', ({ addresses }) => addresses[0] ?? ''],
          ['AGENT', ({ agentVersion }) => agentVersion ?? ''],
          ['CREATED', ({ createdAt }) => shownDate(createdAt)],
        ]);
      }),
    );
  nodes
    .command('get <node>')
    .description(say({ en: 'Show a node', ja: 'ノードを表示する' }))
    .option(...clusterOption)
    .action(
      action(async (context, node: string, { cluster }: ClusterOption) =>
        context.one(await context.api.send(await pathOf(context, cluster, node), nodeForm)),
      ),
    );
}

function scheduling(nodes: Command, verb: 'cordon' | 'uncordon', description: string): void {
  nodes
    .command(`${verb} <node>`)
    .description(description)
    .option(...clusterOption)
    .action(
      action(async (context, name: string, { cluster }: ClusterOption) => {
        const node = await context.api.send(`${await pathOf(context, cluster, name)}/${verb}`, nodeForm, { method: 'POST' });
        context.done(node, `${node.name}: ${statusOf(node)}`);
      }),
    );
}

function drain(nodes: Command): void {
  nodes
    .command('drain <node>')
    .description(say({ en: 'Cordon a node and end its pods', ja: 'ノードの Pod を退避させる' }))
    .option(...clusterOption)
    .option('--force', say({ en: 'also pods that no controller would make anew', ja: 'コントローラーのない Pod も対象にする' }))
    .option(
      '--delete-emptydir-data',
      say({ en: 'also pods whose emptyDir data would be lost', ja: 'emptyDir のデータが失われる Pod も対象にする' }),
    )
    .option(
      '--grace-period <seconds>',
      say({ en: 'instead of each pod’s own', ja: '各 Pod の猶予時間の代わりに使う秒数' }),
      positiveInteger,
    )
    .option('--timeout <duration>', say({ en: 'give up after (10m)', ja: '打ち切るまでの時間 (既定 10m)' }), durationSeconds)
    .action(
      action(async (context, node: string, options: DrainOptions) => {
        const path = `${await pathOf(context, options.cluster, node)}/drain`;
        const body = { force: options.force, deleteEmptyDirData: options.deleteEmptydirData, gracePeriodSeconds: options.gracePeriod };
        await drainUntilDone(context, path, body, Date.now() + (options.timeout ?? drainTimeoutSeconds) * 1000);
        note(say({ en: `${node} is drained.`, ja: `${node} の退避が終わりました。` }));
      }),
    );
}

async function drainUntilDone(context: CommandContext, path: string, body: object, deadline: number): Promise<void> {
  const told = new Set<string>();
  for (;;) {
    const step = await context.api.send(path, drainForm, { method: 'POST', body });
    for (const pod of step.evicted) note(say({ en: `ending ${pod}`, ja: `${pod} を終了しています` }));
    for (const { pod, reason } of [...step.kept, ...step.blocked]) {
      if (!told.has(pod)) note(`${pod}: ${reason}`);
      told.add(pod);
    }
    if (step.done) return;
    const waits = step.evicted.length > 0 || step.ending.length > 0;
    if (!waits && step.blocked.length > 0) {
      throw new CliError(
        say({ en: `${step.blocked.length} pods stay on the node`, ja: `${step.blocked.length} 個の Pod が残っています` }),
        say({
          en: 'see the reasons above: --force, --delete-emptydir-data',
          ja: '上の理由を確認してください: --force, --delete-emptydir-data',
        }),
      );
    }
    if (Date.now() >= deadline)
      throw new CliError(
        say({ en: 'the time is over and pods are still ending', ja: '時間内に終わりませんでした' }),
        'kaji nodes drain --timeout 30m',
      );
    await pause(drainIntervalMilliseconds);
  }
}

async function pathOf(context: CommandContext, cluster: string | undefined, node: string): Promise<string> {
  const { id } = await context.cluster(cluster);
  return `/v1/clusters/${id}/nodes/${encodeURIComponent(node)}`;
}

function statusOf({ ready, schedulable }: Node): string {
  return `${ready ? 'Ready' : 'NotReady'}${schedulable ? '' : ',SchedulingDisabled'}`;
}
