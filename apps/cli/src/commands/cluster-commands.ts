import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { clusterForm, clusterLimitForm, kubeconfigForm, nothing, tokenKeyForm } from '../answers.ts';
import { CliError } from '../cli-error.ts';
import { writePrivateFile } from '../config-file.ts';
import { action, note, print, shownDate } from '../context.ts';
import { durationSeconds } from '../duration.ts';
import { environment } from '../env.ts';
import { mergeKubeconfig } from '../kubeconfig-merge.ts';
import { say } from '../language.ts';
import { ask } from '../prompt.ts';

interface CreateOptions {
  project?: string;
  org?: string;
  fencing: 'none' | 'stop';
}

interface KubeconfigOptions {
  merge?: boolean;
  file?: string;
  role?: string;
  expiresIn?: number;
}

export function clusterCommands(program: Command): void {
  const clusters = program.command('clusters').description(say({ en: 'Clusters', ja: 'クラスター' }));
  listing(clusters);
  clusters
    .command('create <name>')
    .description(say({ en: 'Create a cluster; it is there at once', ja: 'クラスターを作る (すぐに使えます)' }))
    .option('--project <project>', say({ en: 'project, by name or id (the first one)', ja: 'プロジェクトの名前か id (既定は最初のもの)' }))
    .option('--org <id>', say({ en: 'organization, when you are a member of several', ja: '組織 (複数に属するとき)' }))
    .addOption(
      new Option(
        '--fencing <mode>',
        say({ en: 'stop: cut-off nodes stop their StatefulSet pods', ja: 'stop: 切り離されたノードは StatefulSet の Pod を止める' }),
      )
        .choices(['none', 'stop'])
        .default('none'),
    )
    .action(
      action(async (context, name: string, { project, org, fencing }: CreateOptions) => {
        const body = { name, fencing, organization: org, project: project === undefined ? undefined : await context.project(project) };
        const made = await context.create('/v1/clusters', clusterForm, body);
        context.done(
          made,
          say({ en: `Created cluster ${made.name} (${made.id}).`, ja: `クラスター ${made.name} (${made.id}) を作りました。` }),
        );
        note(
          say({
            en: `Use it: kaji clusters kubeconfig ${made.name} --merge`,
            ja: `使うには: kaji clusters kubeconfig ${made.name} --merge`,
          }),
        );
      }),
    );
  clusters
    .command('delete <cluster>')
    .description(say({ en: 'Delete a cluster and all that is in it', ja: 'クラスターとその中身をすべて削除する' }))
    .option('-y, --yes', say({ en: 'do not ask', ja: '確認しない' }))
    .action(
      action(async (context, given: string, { yes }: { yes?: boolean }) => {
        const cluster = await context.cluster(given);
        if (yes !== true) await confirm(cluster.name);
        const ending = await context.api.send(`/v1/clusters/${cluster.id}`, clusterForm, { method: 'DELETE' });
        context.done(ending, say({ en: `Deleting cluster ${cluster.name}.`, ja: `クラスター ${cluster.name} を削除しています。` }));
      }),
    );
  kubeconfig(clusters);
  tokenKeys(clusters);
}

function listing(clusters: Command): void {
  clusters
    .command('list')
    .description(say({ en: 'List clusters', ja: 'クラスターを一覧する' }))
    .option('--org <id>', say({ en: 'organization, when you are a member of several', ja: '組織 (複数に属するとき)' }))
    .action(
      action(async (context, { org }: { org?: string }) => {
        const query = org === undefined ? '' : `?organization=${encodeURIComponent(org)}`;
        context.list(await context.api.all(`/v1/clusters${query}`, clusterForm), [
          ['NAME', ({ name }) => name],
          ['ID', ({ id }) => id],
          ['STATUS', ({ status }) => status],
          ['SERVER', ({ server }) => server],
          ['CREATED', ({ createdAt }) => shownDate(createdAt)],
        ]);
      }),
    );
  clusters
    .command('get <cluster>')
    .description(say({ en: 'Show a cluster, by name or id', ja: 'クラスターを表示する (名前か id)' }))
    .action(action(async (context, given: string) => context.one(await context.cluster(given))));
  clusters
    .command('limits <cluster>')
    .description(say({ en: 'Show what a cluster may use, and uses', ja: 'クラスターの上限と使用量を表示する' }))
    .action(
      action(async (context, given: string) => {
        const { id } = await context.cluster(given);
        context.list(await context.api.all(`/v1/clusters/${id}/limits`, clusterLimitForm), [
          ['LIMIT', ({ name }) => name],
          ['USED', ({ used }) => (used === undefined ? '-' : String(used))],
          ['MAX', ({ max }) => String(max)],
          ['WHILE-BUSY', ({ max, maxBeside = max }) => String(maxBeside)],
          ['UNIT', ({ unit }) => unit],
        ]);
      }),
    );
}

function kubeconfig(clusters: Command): void {
  clusters
    .command('kubeconfig [cluster]')
    .description(say({ en: 'Get a kubeconfig with a key of its own', ja: '専用のキーを持つ kubeconfig を取得する' }))
    .option(
      '--merge',
      say({ en: 'add it to your kubeconfig and make it current', ja: '自分の kubeconfig に加え、現在のコンテキストにする' }),
    )
    .option('--file <file>', say({ en: 'write it to a file', ja: 'ファイルに書く' }))
    .option('--role <role>', say({ en: 'less than you may: admin, member or viewer', ja: '自分より弱い権限: admin, member, viewer' }))
    .option('--expires-in <duration>', say({ en: 'for example 12h or 30d (365d)', ja: '例: 12h, 30d (既定 365d)' }), durationSeconds)
    .action(
      action(async (context, given: string | undefined, { merge, file, role, expiresIn }: KubeconfigOptions) => {
        const cluster = await context.cluster(given);
        const issued = await context.create(`/v1/clusters/${cluster.id}/kubeconfig`, kubeconfigForm, { role, expiresInSeconds: expiresIn });
        if (merge === true) {
          await mergeInto(file ?? environment.kubeconfigFile, issued.kubeconfig, cluster.id);
        } else if (file !== undefined) {
          await writePrivateFile(file, issued.kubeconfig);
          note(`export KUBECONFIG=${file}`);
        } else {
          print(context.output === 'json' ? `${JSON.stringify(issued, null, 2)}\n` : issued.kubeconfig);
        }
      }),
    );
}

/** Of the tokens of ServiceAccounts. */
function tokenKeys(clusters: Command): void {
  clusters
    .command('rotate-keys <cluster>')
    .description(
      say({
        en: 'Sign tokens of ServiceAccounts with a new key; old tokens stay good',
        ja: 'ServiceAccount トークンの署名鍵を新しくする (発行済みのトークンは有効)',
      }),
    )
    .action(
      action(async (context, given: string) => {
        const { id, name } = await context.cluster(given);
        const made = await context.create(`/v1/clusters/${id}/token-keys`, tokenKeyForm, undefined);
        context.done(
          made,
          say({ en: `New tokens of ${name} are signed with ${made.id}.`, ja: `${name} の新しいトークンは ${made.id} で署名されます。` }),
        );
      }),
    );
  clusters
    .command('token-keys <cluster>')
    .description(say({ en: 'List the keys of ServiceAccount tokens', ja: 'ServiceAccount トークンの鍵を一覧する' }))
    .action(
      action(async (context, given: string) => {
        const { id } = await context.cluster(given);
        context.list(await context.api.all(`/v1/clusters/${id}/token-keys`, tokenKeyForm), [
          ['ID', (key) => key.id],
          ['USE', ({ use }) => use],
          ['CREATED', ({ createdAt }) => shownDate(createdAt)],
          ['RETIRED', ({ retiredAt }) => shownDate(retiredAt)],
        ]);
      }),
    );
  clusters
    .command('end-token-key <cluster> <id>')
    .description(say({ en: 'End an old key: its tokens are refused', ja: '古い鍵を無効にする (その鍵のトークンは拒否されます)' }))
    .action(
      action(async (context, given: string, key: string) => {
        const { id } = await context.cluster(given);
        await context.api.send(`/v1/clusters/${id}/token-keys/${encodeURIComponent(key)}`, nothing, { method: 'DELETE' });
        note(say({ en: `${key} is ended.`, ja: `${key} を無効にしました。` }));
      }),
    );
}

async function mergeInto(file: string, issued: string, suffix: string): Promise<void> {
  const existing = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new CliError(`cannot read ${file}`, 'Check who may read it.', error);
  });
  const { text, context } = mergeKubeconfig(existing, issued, suffix);
  await writePrivateFile(file, text);
  note(say({ en: `${file}: the current context is ${context}.`, ja: `${file}: 現在のコンテキストは ${context} です。` }));
}

async function confirm(name: string): Promise<void> {
  const answer = await ask(
    say({ en: `Type ${name} to delete it and all that is in it: `, ja: `削除するには ${name} と入力してください: ` }),
  );
  if (answer !== name) throw new CliError(say({ en: 'nothing was deleted', ja: '何も削除していません' }));
}
