import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

const MAX_LENGTH = 1_024;

/** Prompts for a password without echo, or reads the first line of standard input if it is not a terminal. */
export async function readPassword(prompt: string): Promise<string> {
  const { stdin, stderr } = process;
  if (stdin.isTTY) stderr.write(prompt);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: unseen, terminal: stdin.isTTY });
  lines.once('SIGINT', () => process.exit(130));
  for await (const line of lines) {
    lines.close();
    if (stdin.isTTY) stderr.write('\n');
    return line.slice(0, MAX_LENGTH);
  }
  return '';
}
