import { Command, Option } from 'commander';
import { accountCommands } from './commands/account-commands.ts';
import { auditCommands } from './commands/audit-commands.ts';
import { clusterCommands } from './commands/cluster-commands.ts';
import { completionCommand } from './commands/completion-command.ts';
import { nodeCommands } from './commands/node-commands.ts';
import { sessionCommands } from './commands/session-commands.ts';
import { heading, say } from './language.ts';
import { outputFormats } from './output.ts';

/** The whole tree of commands. */
export function createProgram(): Command {
  const program = new Command('kaji')
    .description(say({ en: 'Clusters, nodes and keys of Kajitori', ja: 'Kajitori のクラスター、ノード、キーを扱う' }))
    .option('--server <url>', say({ en: 'address of the service (KAJI_SERVER)', ja: 'サービスのアドレス (KAJI_SERVER)' }))
    .option('--ca-file <file>', say({ en: 'authority that vouches for it (KAJI_CA_FILE)', ja: 'サービスを検証する認証局 (KAJI_CA_FILE)' }))
    .addOption(new Option('-o, --output <format>', say({ en: 'how to print', ja: '出力形式' })).choices(outputFormats).default('table'))
    .helpOption('-h, --help', say({ en: 'show help', ja: 'ヘルプを表示する' }))
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, styleTitle: heading })
    .showHelpAfterError(say({ en: '(see --help)', ja: '(--help を参照)' }));
  sessionCommands(program);
  accountCommands(program);
  clusterCommands(program);
  nodeCommands(program);
  auditCommands(program);
  completionCommand(program);
  inherit(program);
  return program;
}

/** Subcommands take settings only when they are made; these were made before the settings could be known to them. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command).helpCommand(false);
    child.helpOption('-h, --help', say({ en: 'show help', ja: 'ヘルプを表示する' }));
    inherit(child);
  }
}
