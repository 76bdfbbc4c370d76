import type { Command } from 'commander';
import { meForm, nothing, sessionForm } from '../answers.ts';
import { ApiClient } from '../api-client.ts';
import { CliError } from '../cli-error.ts';
import { type Config, removeConfig, writeConfig } from '../config-file.ts';
import { action, type GlobalOptions, note, print, serverOf } from '../context.ts';
import { environment } from '../env.ts';
import { say } from '../language.ts';
import { findLocalInstance } from '../local-instance.ts';
import { presentedPin, type Server } from '../server-trust.ts';
import { ask, askSecret, readFirstLine } from '../prompt.ts';
import { isUntrusted } from '../unreachable.ts';

interface LoginOptions extends GlobalOptions {
  email?: string;
  apiKeyStdin?: boolean;
  passwordStdin?: boolean;
  pin?: string;
}

export function sessionCommands(program: Command): void {
  program
    .command('login')
    .description(
      say({
        en: 'Log in, with an API key or with e-mail address and password',
        ja: 'API キー、またはメールアドレスとパスワードでログインする',
      }),
    )
    .option('--email <address>', say({ en: 'your e-mail address', ja: 'メールアドレス' }))
    .option('--password-stdin', say({ en: 'read the password from standard input', ja: 'パスワードを標準入力から読む' }))
    .option('--api-key-stdin', say({ en: 'read an API key from standard input', ja: 'API キーを標準入力から読む' }))
    .option(
      '--pin <pin>',
      say({ en: 'trust the server that holds this key: sha256//…', ja: 'この鍵 (sha256//…) を持つサーバーを信頼する' }),
    )
    .addHelpText(
      'after',
      say({
        en: '\nIn a checkout where npm start runs, kaji login without options finds it.',
        ja: '\nnpm start が動いているディレクトリでは、オプションなしの kaji login で自動的に見つかります。',
      }),
    )
    .action(async (_options: LoginOptions, command: Command) => login(command.optsWithGlobals<LoginOptions>()));

  program
    .command('logout')
    .description(say({ en: 'End the session and forget it', ja: 'ログアウトする' }))
    .action(
      action(async ({ api }) => {
        await api.send('/v1/auth/sign-out', nothing, { method: 'POST' });
        await removeConfig(environment.configFile);
        note(say({ en: 'Logged out.', ja: 'ログアウトしました。' }));
      }),
    );

  program
    .command('whoami')
    .description(say({ en: 'Show who you are, and where', ja: '自分が誰かを表示する' }))
    .action(
      action(async (context) => {
        const me = await context.api.send('/v1/me', meForm);
        const places = me.organizations.map(
          ({ organizationName, organization, role }) => `  ${organizationName} (${organization}): ${role}`,
        );
        context.done(me, [`${me.email ?? me.name} @ ${context.api.server.url}`, ...places].join('\n'));
      }),
    );
}

async function login(options: LoginOptions): Promise<void> {
  const given = options.server ?? environment.server;
  const local = given === undefined ? await findLocalInstance(process.cwd()) : undefined;
  if (local !== undefined && options.email === undefined && options.apiKeyStdin !== true) {
    note(say({ en: `Found the instance in ${local.directory}.`, ja: `${local.directory} のインスタンスを見つけました。` }));
    await keep({ server: local.server, certificateAuthority: local.certificateAuthority, token: local.apiKey });
    return;
  }
  const url = serverUrl(
    given ?? local?.server ?? (await ask(say({ en: 'Address of the service (https://…): ', ja: 'サービスのアドレス (https://…): ' }))),
  );
  const server: Server = local === undefined ? await trusted(url, options) : { url, certificateAuthority: local.certificateAuthority };
  const token = await credential(server, options);
  await keep({ server: url, token, certificateAuthority: server.certificateAuthority, pin: server.pin });
}

/** Only what works is kept. */
async function keep(config: Config): Promise<void> {
  const api = new ApiClient({ url: config.server, certificateAuthority: config.certificateAuthority, pin: config.pin }, config.token);
  try {
    const me = await api.send('/v1/me', meForm);
    await writeConfig(environment.configFile, config);
    print(`${say({ en: 'Logged in as', ja: 'ログインしました:' })} ${me.email ?? me.name} @ ${config.server}\n`);
  } finally {
    api.close();
  }
}

async function credential(server: Server, options: LoginOptions): Promise<string> {
  if (options.apiKeyStdin === true) return readFirstLine();
  if (options.email !== undefined) return signIn(server, options.email, options);
  const who = await ask(say({ en: 'E-mail address, or an API key: ', ja: 'メールアドレス、または API キー: ' }));
  return who.startsWith('kjk_') ? who : signIn(server, who, options);
}

async function signIn(server: Server, email: string, { passwordStdin }: LoginOptions): Promise<string> {
  const password = passwordStdin === true ? await readFirstLine() : await askSecret(say({ en: 'Password: ', ja: 'パスワード: ' }));
  const api = new ApiClient(server);
  try {
    return (await api.send('/v1/auth/sign-in', sessionForm, { method: 'POST', body: { email, password } })).token;
  } finally {
    api.close();
  }
}

function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:') return url.origin;
  throw new CliError(`${JSON.stringify(text)} is not an https address`, 'Give one like https://kajitori.example.com.');
}

/** A server whose certificate nobody vouches for is only trusted by a pin that the person has seen. */
async function trusted(url: string, { caFile, pin }: LoginOptions): Promise<Server> {
  if (pin !== undefined) return { url, pin };
  const server = await serverOf(url, caFile, undefined);
  const api = new ApiClient(server);
  try {
    await api.send('/v1/openapi.json', nothing);
    return server;
  } catch (error) {
    if (!isUntrusted(error) || !process.stdin.isTTY) throw error;
    const presented = await presentedPin(url);
    note(
      say({
        en: `Nobody vouches for the certificate of ${url}. The server's key is`,
        ja: `${url} の証明書は検証できません。サーバーの鍵:`,
      }),
    );
    note(`  ${presented}`);
    const answer = await ask(say({ en: 'Is it the right one? (yes/no) ', ja: '正しい鍵ですか? (yes/no) ' }));
    if (answer !== 'yes') throw new CliError(say({ en: 'the server is not trusted', ja: 'サーバーを信頼しません' }));
    return { url, pin: presented };
  } finally {
    api.close();
  }
}
