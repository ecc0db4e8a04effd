// Writes .env.example from the variables that libs/config declares; with --check, only compares. Needs a build, because
// the declarations are TypeScript.
import { readFileSync, writeFileSync } from 'node:fs';
import { environment } from '../dist/libs/config/src/environment.js';

const FILE = new URL('../.env.example', import.meta.url);
const WIDTH = 118;

const HEAD = `# Every variable that Waybill reads, with its default. Copy the lines to change to .env. None is required.
# A secret may also come from a file: set NAME_FILE to its path instead of NAME.
`;

function wrapped(text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines.at(-1).length + word.length + 1 > WIDTH) lines.push('');
    lines.push(`${lines.pop()} ${word}`);
  }
  return lines.map((line) => `#${line}`).join('\n');
}

function entryOf([name, schema]) {
  const initial = schema.safeParse(undefined);
  const { data } = initial;
  // A default that is parsed from a text, such as an empty Map, has no text of its own.
  const value = ['string', 'number', 'boolean'].includes(typeof data) ? String(data) : '';
  const secret = schema.meta()?.secret ? ` (secret: ${name}_FILE works too)` : '';
  return `\n${wrapped(`${schema.description}${secret}`)}\n#${name}=${value}\n`;
}

const rendered = HEAD + Object.entries(environment.shape).map(entryOf).join('');
if (process.argv.includes('--check')) {
  if (readFileSync(FILE, 'utf8') === rendered) process.exit(0);
  console.error('.env.example is stale; run: npm run env-example');
  process.exit(1);
}
writeFileSync(FILE, rendered);
