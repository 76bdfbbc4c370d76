import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { z } from 'zod';
import { ApiClient, type ApiRequest } from './api-client.ts';
import type { Server } from './server-trust.ts';
import { type Cluster, clusterForm, projectForm } from './answers.ts';
import { CliError } from './cli-error.ts';
import { readConfig } from './config-file.ts';
import { environment } from './env.ts';
import { say } from './language.ts';
import { type Column, type OutputFormat, renderList, renderOne } from './output.ts';

export interface GlobalOptions {
  server?: string;
  caFile?: string;
  output: OutputFormat;
}

/** What a command works with: the service that the person logged in to, and where to print. */
export class CommandContext implements Disposable {
  readonly output: OutputFormat;
  readonly api: ApiClient;

  private constructor(api: ApiClient, output: OutputFormat) {
    this.api = api;
    this.output = output;
  }

  /** @throws CliError when nobody is logged in. */
  static async open(command: Command): Promise<CommandContext> {
    const options = command.optsWithGlobals<GlobalOptions>();
    const config = await readConfig(environment.configFile);
    const url = options.server ?? environment.server ?? config?.server;
    const token = environment.token ?? (url === config?.server ? config?.token : undefined);
    if (url === undefined || token === undefined) {
      throw new CliError(say({ en: 'you are not logged in', ja: 'ログインしていません' }), 'kaji login --server https://…');
    }
    return new CommandContext(new ApiClient(await serverOf(url, options.caFile, config), token), options.output);
  }

  list<Item>(items: readonly Item[], columns: readonly Column<Item>[]): void {
    print(renderList(items, columns, this.output, say({ en: 'There is nothing yet.', ja: 'まだ何もありません。' })));
  }

  /** For people a sentence, for programs the thing. */
  done(item: object, sentence: string): void {
    print(this.output === 'table' ? `${sentence}\n` : renderOne(item, this.output));
  }

  one(item: object): void {
    print(renderOne(item, this.output));
  }

  /** A creation, which a broken connection does not do twice. */
  create<Form extends z.ZodType>(path: string, form: Form, body: unknown): Promise<z.infer<Form>> {
    return this.api.send(path, form, { method: 'POST', body, idempotencyKey: randomUUID() } satisfies ApiRequest);
  }

  /** A cluster by id or by name; without either, the only one there is. */
  async cluster(given: string | undefined): Promise<Cluster> {
    const wanted = given ?? environment.cluster;
    if (wanted !== undefined && /^c-[a-z0-9]{20}$/.test(wanted)) return this.api.send(`/v1/clusters/${wanted}`, clusterForm);
    const query = wanted === undefined ? '' : `?name=${encodeURIComponent(wanted)}`;
    const found = (await this.api.all(`/v1/clusters${query}`, clusterForm)).filter(({ status }) => status === 'Running');
    const [only, another] = found;
    if (only !== undefined && another === undefined) return only;
    if (wanted === undefined) {
      throw only === undefined
        ? new CliError(say({ en: 'there is no cluster yet', ja: 'クラスターがまだありません' }), 'kaji clusters create NAME')
        : new CliError(
            say({ en: 'there are several clusters', ja: 'クラスターが複数あります' }),
            say({ en: 'say which one: --cluster NAME', ja: '--cluster 名前 で指定してください' }),
          );
    }
    throw only === undefined
      ? new CliError(say({ en: `there is no cluster ${wanted}`, ja: `クラスター ${wanted} はありません` }), 'kaji clusters list')
      : new CliError(
          say({ en: `several projects have a cluster ${wanted}`, ja: `クラスター ${wanted} が複数のプロジェクトにあります` }),
          say({ en: 'give its id instead', ja: 'id で指定してください' }),
        );
  }

  /** A project's id, by id or by name. */
  async project(wanted: string): Promise<string> {
    if (/^p-[a-z0-9]{20}$/.test(wanted)) return wanted;
    const [found] = await this.api.all(`/v1/projects?name=${encodeURIComponent(wanted)}`, projectForm);
    if (found !== undefined) return found.id;
    throw new CliError(say({ en: `there is no project ${wanted}`, ja: `プロジェクト ${wanted} はありません` }), 'kaji projects list');
  }

  [Symbol.dispose](): void {
    this.api.close();
  }
}

export async function serverOf(
  url: string,
  caFile: string | undefined,
  config: { server: string; certificateAuthority?: string; pin?: string } | undefined,
): Promise<Server> {
  const file = caFile ?? environment.caFile;
  if (file !== undefined) return { url, certificateAuthority: await readAuthority(file) };
  if (config?.server !== url) return { url };
  return { url, certificateAuthority: config.certificateAuthority, pin: config.pin };
}

async function readAuthority(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CliError(`cannot read ${file}`, 'Give a file with certificates in PEM.', error);
  }
}

export function print(text: string): void {
  process.stdout.write(text);
}

/** Progress and questions, which a program that reads the output does not want. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** An action whose context is opened before and closed after. The last argument that commander gives is the command. */
export function action<Arguments extends unknown[]>(work: (context: CommandContext, ...given: Arguments) => Promise<void>) {
  return async (...given: [...Arguments, Command]): Promise<void> => {
    const command = given.at(-1) as Command;
    using context = await CommandContext.open(command);
    await work(context, ...(given.slice(0, -1) as Arguments));
  };
}

export const shownDate = (iso: string | undefined): string => (iso === undefined ? '' : iso.slice(0, 16).replace('T', ' '));
