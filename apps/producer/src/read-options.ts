import { parseArgs } from 'node:util';
import type { GeneratorOptions } from './generate-orders';

/** What to publish, and how fast. */
export interface ProducerOptions {
  source: { generate: GeneratorOptions } | { file: string };
  /** Messages per second; undefined for no limit. */
  rate: number | undefined;
}

/** Invalid command-line arguments. */
export class UsageError extends Error {}

export const USAGE = `Usage: npx waybill-producer [options]

Publishes orders to the order stream: generated ones, or the lines of a file.

  --count <n>           messages to generate; default 1000
  --rate <n>            messages per second; default no limit
  --invalid <share>     share of invalid messages, such as 2%; default 0%
  --duplicates <share>  share of repeated orders; default 0%
  --conflicts <share>   share of orders with the UID of an earlier order but different content; default 0%
  --seed <n>            the same seed generates the same messages; default 1
  --file <path>         publish the lines of this file unchanged, instead of generated orders
  --help                show this help

The producer publishes to BROKER_URL. Without BROKER_URL, it publishes to the PostgreSQL at DATABASE_URL. Without either, it
publishes to the embedded PostgreSQL of the server that uses DATA_DIR. The exit code is 1 if a message was not confirmed.
`;

const GENERATOR_OPTIONS = ['count', 'invalid', 'duplicates', 'conflicts', 'seed'] as const;
const text = { type: 'string' } as const;

/** @throws UsageError. @returns undefined for `--help`. */
export function readOptions(args: string[]): ProducerOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const rate = values.rate === undefined ? undefined : wholeNumber('rate', values.rate, 1, 1_000_000);
  if (values.file !== undefined) {
    const unused = GENERATOR_OPTIONS.find((name) => values[name] !== undefined);
    if (unused) throw new UsageError(`--${unused} cannot be combined with --file.`);
    return { source: { file: values.file }, rate };
  }
  const shares = {
    invalid: share('invalid', values.invalid),
    duplicates: share('duplicates', values.duplicates),
    conflicts: share('conflicts', values.conflicts),
  };
  if (shares.invalid + shares.duplicates + shares.conflicts > 1)
    throw new UsageError('--invalid, --duplicates and --conflicts add up to more than 100%.');
  const generate = {
    ...shares,
    count: wholeNumber('count', values.count ?? '1000', 1, 100_000_000),
    seed: wholeNumber('seed', values.seed ?? '1', 0, 2_147_483_647),
  };
  return { source: { generate }, rate };
}

function parse(args: string[]) {
  const options = {
    count: text,
    rate: text,
    invalid: text,
    duplicates: text,
    conflicts: text,
    seed: text,
    file: text,
  };
  try {
    return parseArgs({ args, options: { ...options, help: { type: 'boolean' } } }).values;
  } catch (error) {
    const [sentence = ''] = (error as Error).message.split(/(?<=\.) |\n/, 1);
    throw new UsageError(`${sentence.replace(/\.?$/, '.')}\n\n${USAGE}`);
  }
}

function wholeNumber(name: string, given: string, min: number, max: number): number {
  const number = /^\d{1,10}$/.test(given) ? Number(given) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError(`--${name} must be a whole number from ${min} to ${max}; got "${given}".`);
}

function share(name: string, given = '0%'): number {
  const percent = /^(\d{1,3}(?:\.\d{1,4})?)%$/.exec(given)?.[1];
  const value = Number(percent ?? Number.NaN) / 100;
  if (value >= 0 && value <= 1) return value;
  throw new UsageError(`--${name} must be a percentage such as 2%; got "${given}".`);
}
