import { parseArgs } from 'node:util';

export interface Options {
  /** Names of paths; empty means all. */
  only: string[];
  /** Few, short rounds, for a rough result. */
  quick: boolean;
  /** File for the results as JSON. */
  json: string | undefined;
  connections: number;
  /** Writes a CPU profile of each path. */
  profile: boolean;
  list: boolean;
  help: boolean;
  /** Writes docs/performance.md. */
  docs: boolean;
}

/** Invalid arguments. The message is shown on the terminal. */
export class UsageError extends Error {}

export const DEFAULT_CONNECTIONS = 16;
const MAX_CONNECTIONS = 1_024;

export const USAGE = `npm run bench -- [options]
  --only NAME        measure only this path; repeat the option, or separate names by commas
  --quick            few, short rounds: under two minutes
  --connections N    number of connections (default: ${DEFAULT_CONNECTIONS}); try 1 and 64 too
  --json FILE        write the results as JSON
  --profile          write a CPU profile of each path to .data/bench/, and print the slowest functions
  --write-docs       write docs/performance.md; the default of a full run
  --no-docs          do not write docs/performance.md
  --list             list the paths
  --help             show this help`;

const DECLARED = {
  only: { type: 'string', multiple: true },
  quick: { type: 'boolean' },
  json: { type: 'string' },
  connections: { type: 'string' },
  profile: { type: 'boolean' },
  list: { type: 'boolean' },
  help: { type: 'boolean' },
  'write-docs': { type: 'boolean' },
  'no-docs': { type: 'boolean' },
} as const;

/** @throws UsageError */
export function parseOptions(args: string[], known: readonly string[]): Options {
  const values = read(args);
  const only = (values.only ?? []).flatMap((names) => names.split(',')).filter(Boolean);
  const unknown = only.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new UsageError(`Unknown path: ${unknown.join(', ')}. Known paths: ${known.join(', ')}.`);
  const connections = readConnections(values.connections);
  const isFull = only.length === 0 && !values.quick && !values.profile && connections === DEFAULT_CONNECTIONS;
  return {
    only,
    quick: values.quick ?? false,
    json: values.json,
    connections,
    profile: values.profile ?? false,
    list: values.list ?? false,
    help: values.help ?? false,
    docs: !values['no-docs'] && (values['write-docs'] ?? isFull),
  };
}

function read(args: string[]) {
  try {
    return parseArgs({ args, options: DECLARED }).values;
  } catch (cause) {
    throw new UsageError((cause as Error).message);
  }
}

function readConnections(text: string | undefined): number {
  if (text === undefined) return DEFAULT_CONNECTIONS;
  const connections = Number(text);
  if (!/^\d+$/.test(text) || connections < 1 || connections > MAX_CONNECTIONS)
    throw new UsageError(`--connections must be a number from 1 to ${MAX_CONNECTIONS}; got ${text}.`);
  return connections;
}
