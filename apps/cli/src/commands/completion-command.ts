import { Argument, type Command } from 'commander';
import { print } from '../context.ts';
import { say } from '../language.ts';

/** Completion of commands and options, for the shells that ask for it. */
export function completionCommand(program: Command): void {
  program
    .command('completion')
    .description(
      say({ en: 'Print shell completion: source <(kaji completion bash)', ja: 'シェル補完を出力する: source <(kaji completion bash)' }),
    )
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh']))
    .action((shell: 'bash' | 'zsh') => print(completionScript(program, shell)));
}

/** Pure: a case for each command, with the words that may follow it. */
export function completionScript(program: Command, shell: 'bash' | 'zsh'): string {
  const cases = [...commandsOf(program, '')].map(([path, words]) => `    '${path}') words='${words.join(' ')}' ;;`);
  const script = [
    '_kaji() {',
    '  local at path="" words=""',
    '  for ((at = 1; at < COMP_CWORD; at++)); do',
    '    case ${COMP_WORDS[at]} in -*) ;; *) path="${path:+$path }${COMP_WORDS[at]}" ;; esac',
    '  done',
    '  case $path in',
    ...cases,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -F _kaji kaji',
    '',
  ].join('\n');
  return shell === 'bash' ? script : `autoload -U +X bashcompinit && bashcompinit\n${script}`;
}

function* commandsOf(command: Command, path: string): Generator<[path: string, words: string[]]> {
  const options = command.options.map(({ long }) => long ?? '').filter((long) => long !== '');
  yield [path, [...command.commands.map((one) => one.name()), ...options]];
  for (const one of command.commands) yield* commandsOf(one, path === '' ? one.name() : `${path} ${one.name()}`);
}
