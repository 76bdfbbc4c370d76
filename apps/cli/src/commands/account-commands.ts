import type { Command } from 'commander';
import { issuedKeyForm, keyForm, nothing, organizationForm, projectForm } from '../answers.ts';
import { action, note, shownDate } from '../context.ts';
import { durationSeconds } from '../duration.ts';
import { say } from '../language.ts';

export function accountCommands(program: Command): void {
  organizations(program.command('orgs').description(say({ en: 'Organizations', ja: '組織' })));
  projects(program.command('projects').description(say({ en: 'Projects of an organization', ja: '組織のプロジェクト' })));
  keys(program.command('keys').description(say({ en: 'API keys', ja: 'API キー' })));
}

function organizations(orgs: Command): void {
  orgs
    .command('list')
    .description(say({ en: 'List your organizations', ja: '組織を一覧する' }))
    .action(
      action(async (context) => {
        context.list(await context.api.all('/v1/organizations', organizationForm), [
          ['NAME', ({ name }) => name],
          ['ID', ({ id }) => id],
          ['ROLE', ({ role }) => role ?? ''],
          ['CREATED', ({ createdAt }) => shownDate(createdAt)],
        ]);
      }),
    );
  orgs
    .command('create <name>')
    .description(say({ en: 'Create an organization', ja: '組織を作る' }))
    .action(
      action(async (context, name: string) => {
        const made = await context.create('/v1/organizations', organizationForm, { name });
        context.done(
          made,
          say({ en: `Created organization ${made.name} (${made.id}).`, ja: `組織 ${made.name} (${made.id}) を作りました。` }),
        );
      }),
    );
}

interface OrganizationOption {
  org?: string;
}

const orgOption = ['--org <id>', say({ en: 'organization, when you are a member of several', ja: '組織 (複数に属するとき)' })] as const;
const inOrganization = ({ org }: OrganizationOption): string => (org === undefined ? '' : `?organization=${encodeURIComponent(org)}`);

function projects(command: Command): void {
  command
    .command('list')
    .description(say({ en: 'List projects', ja: 'プロジェクトを一覧する' }))
    .option(...orgOption)
    .action(
      action(async (context, options: OrganizationOption) => {
        context.list(await context.api.all(`/v1/projects${inOrganization(options)}`, projectForm), [
          ['NAME', ({ name }) => name],
          ['ID', ({ id }) => id],
          ['CREATED', ({ createdAt }) => shownDate(createdAt)],
        ]);
      }),
    );
  command
    .command('create <name>')
    .description(say({ en: 'Create a project', ja: 'プロジェクトを作る' }))
    .option(...orgOption)
    .action(
      action(async (context, name: string, { org }: OrganizationOption) => {
        const made = await context.create('/v1/projects', projectForm, { name, organization: org });
        context.done(
          made,
          say({ en: `Created project ${made.name} (${made.id}).`, ja: `プロジェクト ${made.name} (${made.id}) を作りました。` }),
        );
      }),
    );
  command
    .command('delete <project>')
    .description(say({ en: 'Delete a project that has no clusters', ja: 'クラスターのないプロジェクトを削除する' }))
    .action(
      action(async (context, project: string) => {
        await context.api.send(`/v1/projects/${await context.project(project)}`, nothing, { method: 'DELETE' });
        note(say({ en: `Deleted project ${project}.`, ja: `プロジェクト ${project} を削除しました。` }));
      }),
    );
}

interface KeyOptions extends OrganizationOption {
  role: string;
  project?: string;
  cluster?: string;
  expiresIn?: number;
}

function keys(command: Command): void {
  command
    .command('list')
    .description(say({ en: 'List API keys, those of kubeconfigs too', ja: 'API キーを一覧する (kubeconfig のものも含む)' }))
    .option(...orgOption)
    .action(
      action(async (context, options: OrganizationOption) => {
        context.list(await context.api.all(`/v1/keys${inOrganization(options)}`, keyForm), [
          ['NAME', ({ name }) => name],
          ['ID', ({ id }) => id],
          ['KEY', ({ hint }) => `${hint}…`],
          ['ROLE', ({ role }) => role],
          ['REACHES', ({ cluster, project, organization }) => cluster ?? project ?? organization],
          ['LAST USED', ({ lastUsedAt }) => shownDate(lastUsedAt)],
          ['EXPIRES', ({ expiresAt }) => shownDate(expiresAt)],
        ]);
      }),
    );
  command
    .command('create <name>')
    .description(say({ en: 'Create an API key; it is shown this once', ja: 'API キーを作る (表示は一度だけ)' }))
    .option('--role <role>', say({ en: 'owner, admin, member or viewer', ja: 'owner, admin, member, viewer のいずれか' }), 'member')
    .option('--project <project>', say({ en: 'limit it to a project', ja: 'プロジェクトに限定する' }))
    .option('--cluster <cluster>', say({ en: 'limit it to a cluster', ja: 'クラスターに限定する' }))
    .option('--expires-in <duration>', say({ en: 'for example 12h or 30d', ja: '例: 12h, 30d' }), durationSeconds)
    .option(...orgOption)
    .action(
      action(async (context, name: string, { role, project, cluster, expiresIn, org }: KeyOptions) => {
        const made = await context.create('/v1/keys', issuedKeyForm, {
          name,
          role,
          organization: org,
          project: project === undefined ? undefined : await context.project(project),
          cluster: cluster === undefined ? undefined : (await context.cluster(cluster)).id,
          expiresAt: expiresIn === undefined ? undefined : new Date(Date.now() + expiresIn * 1000).toISOString(),
        });
        note(say({ en: 'Keep it well: it is not shown again.', ja: '大切に保管してください。再表示はできません。' }));
        context.done(made, made.token);
      }),
    );
  command
    .command('revoke <id>')
    .description(say({ en: 'Revoke an API key', ja: 'API キーを無効にする' }))
    .option(...orgOption)
    .action(
      action(async (context, id: string, options: OrganizationOption) => {
        await context.api.send(`/v1/keys/${encodeURIComponent(id)}${inOrganization(options)}`, nothing, { method: 'DELETE' });
        note(say({ en: `Revoked ${id}.`, ja: `${id} を無効にしました。` }));
      }),
    );
}
