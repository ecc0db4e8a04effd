import { createHash } from 'node:crypto';
import { generateOrders, type GeneratorOptions } from '../../apps/producer/src/generate-orders';
import { eventually } from './poll';
import { produce } from './produce';
import type { TestServer } from './server';
import type { SuiteDatabase } from './use-database';

export interface OrderDrill extends GeneratorOptions {
  database: Pick<SuiteDatabase, 'rows'>;
  /** The environment of the producer and of the servers. */
  env: Record<string, string>;
  start(): Promise<TestServer>;
  /** How often the consuming process is killed while it processes the messages. */
  kills: number;
  /** Runs once, after half of the kills. */
  halfway?: () => Promise<void>;
  deadlineMs?: number;
}

/** Publishes generated orders, repeatedly kills the consuming process, and waits until all messages are processed. */
export async function drillOrders(drill: OrderDrill): Promise<void> {
  const { database, kills, count } = drill;
  const expected = expectedOf(drill);
  const published = publish(drill);
  published.catch(() => undefined); // awaited below
  let server = await drill.start();
  for (let kill = 1; kill <= kills; kill++) {
    await eventually(async () => (await processed(database)) >= (count * kill) / (kills + 2), {
      describe: `${kill} of ${kills + 2} parts of the messages are processed`,
      deadlineMs: drill.deadlineMs ?? 60_000,
    });
    await server.kill();
    server = await drill.start();
    if (kill === Math.ceil(kills / 2)) await drill.halfway?.();
  }
  await published;
  await eventually(async () => (await settled(database)) >= expected.orders.size + expected.deadLetters, {
    describe: `${expected.orders.size} orders and ${expected.deadLetters} dead letters are stored`,
    deadlineMs: drill.deadlineMs ?? 60_000,
  });
}

function publish({ env, seed, count, invalid, duplicates, conflicts }: OrderDrill): Promise<string> {
  const percent = (share: number) => `${share * 100}%`;
  const amounts = ['--seed', String(seed), '--count', String(count), '--invalid', percent(invalid)];
  const repeats = ['--duplicates', percent(duplicates), '--conflicts', percent(conflicts)];
  return produce([...amounts, ...repeats], env);
}

const processed = async (database: OrderDrill['database']): Promise<number> =>
  Number((await database.rows<{ n: string }>(`SELECT count(*) AS n FROM order_inbox`))[0]?.n);

const settled = async (database: OrderDrill['database']): Promise<number> =>
  Number(
    (
      await database.rows<{ n: string }>(
        `SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM order_dead_letters) AS n`,
      )
    )[0]?.n,
  );

/**
 * Returns the expected orders and dead letters. A redelivery may change the order of messages. So if a UID has several
 * contents, any one of them is stored, and the others become dead letters.
 */
function expectedOf(options: GeneratorOptions): {
  orders: Map<string, Set<string>>;
  deadLetters: number;
  invalid: Set<string>;
} {
  const orders = new Map<string, Set<string>>();
  const invalid = new Set<string>();
  for (const { kind, orderUid, body } of generateOrders(options)) {
    const text = body.toString();
    if (kind === 'invalid') invalid.add(text);
    else orders.set(orderUid, (orders.get(orderUid) ?? new Set()).add(text));
  }
  const others = [...orders.values()].reduce((sum, { size }) => sum + size - 1, 0);
  return { orders, invalid, deadLetters: invalid.size + others };
}

/** Compares the stored orders and dead letters with the expected ones. @returns the differences */
export async function differencesOf(drill: OrderDrill): Promise<string[]> {
  const { orders, invalid } = expectedOf(drill);
  const stored = await drill.database.rows<{ order_uid: string; document: string }>(
    `SELECT order_uid, document FROM orders JOIN order_inbox USING (position, order_uid)`,
  );
  const letters = await drill.database.rows<{ digest: string; message: string }>(
    `SELECT encode(digest, 'hex') AS digest, convert_from(message, 'UTF8') AS message FROM order_dead_letters`,
  );
  const expectedLetters = new Set(invalid);
  const differences: string[] = [];
  for (const { order_uid: uid, document } of stored) {
    const contents = orders.get(uid);
    if (!contents?.has(document)) differences.push(`${uid} is stored with content that was never published`);
    for (const other of contents ?? []) if (other !== document) expectedLetters.add(other);
    orders.delete(uid);
  }
  for (const uid of orders.keys()) differences.push(`${uid} is not stored`);
  for (const { digest, message } of letters) {
    if (!expectedLetters.delete(message)) differences.push(`${digest} is an unexpected dead letter`);
    if (digest !== createHash('sha256').update(message).digest('hex'))
      differences.push(`${digest} is not the digest of its message`);
  }
  for (const message of expectedLetters) differences.push(`no dead letter: ${message.slice(0, 80)}`);
  return differences;
}
