import { createInterface } from 'node:readline/promises';
import { CliError } from './cli-error.ts';

/** Questions to a person. @throws CliError when there is nobody to ask. */
export async function ask(question: string): Promise<string> {
  refuseWithoutTerminal(question);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}

/** The same without showing what is typed. */
export async function askSecret(question: string): Promise<string> {
  refuseWithoutTerminal(question);
  process.stderr.write(question);
  const { stdin } = process;
  stdin.setRawMode(true);
  stdin.resume();
  try {
    return await readHidden(stdin);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    process.stderr.write('\n');
  }
}

function readHidden(stdin: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed = '';
    const take = (chunk: Buffer): void => {
      for (const letter of chunk.toString()) {
        if (letter === '\r' || letter === '\n' || letter === '\u0004') {
          stdin.off('data', take);
          resolve(typed);
          return;
        }
        if (letter === '\u0003') {
          stdin.off('data', take);
          reject(new CliError('interrupted'));
          return;
        }
        typed = letter === '\u007f' ? typed.slice(0, -1) : typed + letter;
      }
    };
    stdin.on('data', take);
  });
}

/** The first line of what is piped in: for secrets, which have no place among a command's arguments. */
export async function readFirstLine(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString().split('\n')[0]?.trim() ?? '';
}

function refuseWithoutTerminal(question: string): void {
  if (process.stdin.isTTY) return;
  throw new CliError(`there is no terminal to ask: ${question.trim()}`, 'Pipe the secret in: --api-key-stdin or --password-stdin.');
}
