import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { eventually } from '../../../test/support/poll';
import { type Address, startTcpProxy, type TcpProxy } from '../../../test/support/tcp-proxy';
import { Broker, InvalidMessageError, PublishFailedError } from '../src';
import type { BrokerDriver } from '../src/broker-driver';
import type { ConsumeOptions, Outcome } from '../src/batch-consumer';
import { MAX_MESSAGE_BYTES, type OutgoingMessage, type ReceivedMessage } from '../src/messages';
import { topics } from '../src/topics';

/** Time after which a broker redelivers the unacknowledged messages of a dead process. */
export const LEASE_MS = 2_000;
const PUBLISH_MS = 1_000;
const DRAIN_MS = 300;
/** Messages that are published together arrive within this time, also on a busy machine. */
const ONE_BATCH_MS = 1_000;
const [TOPIC] = topics;

/** A broker for one test. */
export interface TestBroker {
  /** Whether no other test uses this broker. The next test then starts before this one is cleaned up. */
  isSeparate: boolean;
  /** The broker's own address. */
  address: Address;
  /** Opens a driver with its own connection. */
  open(address: Address): BrokerDriver | Promise<BrokerDriver>;
  /** Removes everything that the test created on the broker. */
  remove(): Promise<void>;
}

/** A consumer and the messages that it received. */
interface Consumer {
  received: ReceivedMessage[];
  batches: (readonly ReceivedMessage[])[];
  stop(): Promise<void>;
}

/** Tests that every driver must pass. `start` prepares a broker for one test; undefined skips the suite. */
export function describeBroker(name: string, start: (() => Promise<TestBroker>) | undefined): void {
  (start ? describe : describe.skip)(`the message broker on ${name}`, () => {
    const brokers: Broker[] = [];
    const closers: (() => unknown)[] = [];
    const ending: Promise<void>[] = [];
    let testBroker: TestBroker;

    beforeEach(async () => {
      for (const level of ['warn', 'debug'] as const)
        jest.spyOn(Logger.prototype, level).mockReturnValue(undefined);
      const opened = await start!();
      testBroker = opened;
      closers.push(() => opened.remove());
    });
    const closeAll = async (opened: Broker[], others: (() => unknown)[]) => {
      await Promise.all(opened.map((broker) => broker.close()));
      for (const close of others) await close();
    };
    afterEach(async () => {
      const closing = closeAll(brokers.splice(0), closers.splice(0).toReversed());
      if (testBroker.isSeparate) ending.push(closing);
      else await closing;
    });
    afterAll(async () => {
      await Promise.all(ending);
      jest.restoreAllMocks();
    });

    /** Opens a broker as another process would. */
    const open = async (address: Address = testBroker.address, publishMs = 20_000): Promise<Broker> => {
      const broker = new Broker(await testBroker.open(address), { publishMs, drainMs: DRAIN_MS });
      brokers.push(broker);
      return broker;
    };
    /** Opens a broker with a short publish timeout, and waits until it is connected. */
    const openWithShortTimeout = async (address: Address): Promise<Broker> => {
      const broker = await open(address, PUBLISH_MS);
      await eventually(() => broker.publish(TOPIC, [{ body: Buffer.from('first') }]).then(() => true), {
        describe: 'the broker is connected',
      });
      return broker;
    };
    const openProxy = async (): Promise<TcpProxy> => {
      const proxy = await startTcpProxy(testBroker.address);
      closers.push(() => proxy.close());
      return proxy;
    };

    it('delivers each message once, in order, unchanged, even if it is published before a consumer starts', async () => {
      const broker = await open();
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
      const sent: Required<OutgoingMessage>[] = [
        { id: 'first', body: bytes, headers: { 'Content-Type': 'text/plain', city: 'Тверь' } },
        { id: 'empty', body: Buffer.alloc(0), headers: {} },
        { id: 'large', body: randomBytes(200_000), headers: {} },
      ];
      await broker.publish(TOPIC, [...sent, ...numberedMessages(1_000)]);
      const { received } = consume(await open());
      await waitForCount(received, 1_003);
      // Compares text, because comparing large buffers takes seconds.
      const shown = <M extends OutgoingMessage>({ body, ...rest }: M) => ({
        ...rest,
        body: Buffer.from(body).toString('base64'),
      });
      expect(received.slice(0, 3).map(shown)).toEqual(
        sent.map((message) => ({ ...shown(message), deliveryCount: 1 })),
      );
      expect(textsOf(received.slice(3))).toEqual(numbers(1_000));
      expect(new Set(received.map(({ id }) => id)).size).toBe(1_003);
      await eventually(async () => (await broker.lag(TOPIC)) === 0, { describe: 'all are acknowledged' });
      expect(received).toHaveLength(1_003);
    });

    it('fills batches up to the limits, and does not wait until a batch is full', async () => {
      const broker = await open();
      await broker.publish(TOPIC, numberedMessages(1_100));
      const { batches, received } = consume(broker, { maxWaitMs: ONE_BATCH_MS });
      await waitForCount(received, 1_100);
      expect(batches.map((batch) => batch.length)).toEqual([500, 500, 100]);
      await broker.publish(TOPIC, numberedMessages(1));
      await waitForCount(received, 1_101);
      expect(batches.at(-1)).toHaveLength(1);
    });

    it('splits batches by bytes', async () => {
      const broker = await open();
      await broker.publish(
        TOPIC,
        [9, 9, 9, 30, 9].map((size) => ({ body: Buffer.alloc(size) })),
      );
      const { batches, received } = consume(broker, { maxBatchBytes: 20, maxWaitMs: ONE_BATCH_MS });
      await waitForCount(received, 5);
      expect(batches.map((batch) => batch.map(({ body }) => body.length))).toEqual([[9, 9], [9], [30], [9]]);
    });

    it('bounds the messages in flight, and leaves the others to another consumer', async () => {
      const broker = await open();
      await broker.publish(TOPIC, numberedMessages(50));
      const gate = createGate();
      const slow = consume(broker, { maxBatch: 5, concurrency: 2, maxInFlight: 15 }, gate.wait);
      await waitForCount(slow.received, 10);
      const other = consume(await open());
      await waitForCount(other.received, 35);
      expect(slow.batches).toHaveLength(2);
      gate.release();
      await waitForCount(slow.received, 15);
      await eventually(async () => (await broker.lag(TOPIC)) === 0, { describe: 'all are acknowledged' });
      expect(textsOf([...slow.received, ...other.received]).toSorted()).toEqual(numbers(50).toSorted());
    });

    it('bounds the bytes in flight, and leaves the others to another consumer', async () => {
      const broker = await open();
      await broker.publish(
        TOPIC,
        Array.from({ length: 60 }, (_, n) => ({ id: `${n}`, body: Buffer.alloc(50_000) })),
      );
      const gate = createGate();
      const slow = consume(broker, { maxBatch: 2, maxInFlight: 100, maxInFlightBytes: 1_000_000 }, gate.wait);
      await waitForCount(slow.received, 2);
      const other = consume(await open());
      await waitForCount(other.received, 35);
      gate.release();
      await eventually(async () => (await broker.lag(TOPIC)) === 0, { describe: 'all are acknowledged' });
      expect(new Set([...slow.received, ...other.received].map(({ id }) => id)).size).toBe(60);
    });

    it('acknowledges only after the handler ends, so that no message is lost when a consumer dies', async () => {
      const proxy = await openProxy();
      const lost = consume(await open(proxy), oneBatchOf(3), createGate().wait);
      const broker = await open();
      await broker.publish(TOPIC, numberedMessages(3));
      await waitForCount(lost.received, 3);
      expect(await broker.lag(TOPIC)).toBe(unacknowledgedElsewhere(3));
      proxy.cut();
      const { received } = consume(broker);
      await waitForCount(received, 3);
      expect(textsOf(received).toSorted()).toEqual(['0', '1', '2']);
      expect(received.map(({ deliveryCount }) => deliveryCount)).toEqual([2, 2, 2]);
      expect(received.map(({ id }) => id).toSorted()).toEqual(lost.received.map(({ id }) => id).toSorted());
    });

    it('delivers a batch again when its handler throws, after a delay', async () => {
      const broker = await open();
      const times: number[] = [];
      const warnings: string[] = [];
      jest
        .spyOn(Logger.prototype, 'warn')
        .mockImplementation((...line: unknown[]) => void warnings.push(String(line[0])));
      const { received } = consume(broker, oneBatchOf(3), async () => {
        times.push(performance.now());
        if (times.length === 1) throw new Error('deadlock detected');
      });
      await broker.publish(TOPIC, numberedMessages(3));
      await waitForCount(received, 6);
      expect(textsOf(received.slice(3)).toSorted()).toEqual(['0', '1', '2']);
      expect(received.slice(3).map(({ deliveryCount }) => deliveryCount)).toEqual([2, 2, 2]);
      expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(100);
      expect(warnings.filter((line) => /3 messages failed.*: deadlock detected/.test(line))).toHaveLength(1);
      await eventually(async () => (await broker.lag(TOPIC)) === 0, { describe: 'all are acknowledged' });
    });

    it('delivers a batch again when the handler returns too few outcomes', async () => {
      const broker = await open();
      jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
      const { received } = consume(broker, oneBatchOf(2), async (batch) =>
        batch[0]!.deliveryCount === 1 ? ['ack'] : undefined,
      );
      await broker.publish(TOPIC, numberedMessages(2));
      await waitForCount(received, 4);
    });

    it('redelivers only the returned message, after the delay that the handler asked for', async () => {
      const broker = await open();
      const times = new Map<string, number>();
      const { received } = consume(broker, oneBatchOf(3), async (batch) => {
        for (const { body } of batch) times.set(body.toString() + received.length, performance.now());
        return batch.map(({ body, deliveryCount }) =>
          body.toString() === '1' && deliveryCount === 1 ? { nackAfterMs: 400 } : 'ack',
        );
      });
      await broker.publish(TOPIC, numberedMessages(3));
      await waitForCount(received, 4);
      expect(textsOf(received)).toEqual(['0', '1', '2', '1']);
      expect(received[3]!.deliveryCount).toBe(2);
      expect(times.get('14')! - times.get('13')!).toBeGreaterThanOrEqual(400);
      await eventually(async () => (await broker.lag(TOPIC)) === 0, { describe: 'all are acknowledged' });
    });

    it('never drops a message, however often it is returned', async () => {
      const broker = await open();
      const { received } = consume(broker, { maxWaitMs: 0 }, async () =>
        received.length < 25 ? [{ nackAfterMs: 0 }] : undefined,
      );
      await broker.publish(TOPIC, numberedMessages(1));
      await waitForCount(received, 25);
      expect(received.map(({ deliveryCount }) => deliveryCount)).toEqual(numbers(26).slice(1).map(Number));
    });

    it('does not redeliver messages that a slow handler is still processing', async () => {
      const broker = await open();
      await broker.publish(TOPIC, numberedMessages(2));
      const gate = createGate();
      const slow = consume(broker, { maxBatch: 1, maxInFlight: 2 }, gate.wait);
      await waitForCount(slow.received, 1);
      const other = consume(await open());
      await delay(2.5 * LEASE_MS);
      gate.release();
      await waitForCount(slow.received, 2);
      await eventually(async () => (await broker.lag(TOPIC)) === 0, { describe: 'all are acknowledged' });
      expect(other.received).toEqual([]);
      expect(slow.received.map(({ deliveryCount }) => deliveryCount)).toEqual([1, 1]);
    });

    it('shares messages between consumers, and delivers each message to one of them', async () => {
      const [one, two] = [consume(await open(), { maxBatch: 20 }), consume(await open(), { maxBatch: 20 })];
      const broker = await open();
      await Promise.all(Array.from({ length: 20 }, () => broker.publish(TOPIC, numberedMessages(50))));
      await eventually(() => one.received.length + two.received.length >= 1_000, { describe: 'all arrive' });
      await eventually(async () => (await broker.lag(TOPIC)) === 0, { describe: 'all are acknowledged' });
      const ids = [...one.received, ...two.received].map(({ id }) => id);
      expect(ids).toHaveLength(1_000);
      expect(new Set(ids).size).toBe(1_000);
      expect(Math.min(one.received.length, two.received.length)).toBeGreaterThan(0);
    });

    it('counts the messages that are not acknowledged', async () => {
      const broker = await open();
      expect(await broker.lag(TOPIC)).toBe(0);
      await broker.publish(TOPIC, numberedMessages(7));
      expect(await broker.lag(TOPIC)).toBe(7);
      const gate = createGate();
      const { received } = consume(broker, { maxBatch: 3, maxInFlight: 3 }, gate.wait);
      await waitForCount(received, 3);
      expect(await broker.lag(TOPIC)).toBe(7);
      gate.release();
      await eventually(async () => (await broker.lag(TOPIC)) === 0, { describe: 'all are acknowledged' });
    });

    it('finishes the running batch when it stops, and leaves the other messages to other consumers', async () => {
      const broker = await open();
      await broker.publish(TOPIC, numberedMessages(30));
      const gate = createGate();
      let isHandled = false;
      const consumer = consume(broker, { maxBatch: 5, maxInFlight: 20 }, async () => {
        await gate.wait();
        isHandled = true;
      });
      await waitForCount(consumer.received, 5);
      setTimeout(gate.release, DRAIN_MS / 3);
      await consumer.stop();
      expect(isHandled).toBe(true);
      expect(consumer.received).toHaveLength(5);
      await eventually(async () => (await broker.lag(TOPIC)) === 25, { describe: 'the rest is left' });
      const next = consume(await open());
      await waitForCount(next.received, 25);
      expect(
        textsOf(next.received)
          .map(Number)
          .toSorted((a, b) => a - b),
      ).toEqual(numbers(30).slice(5).map(Number));
    });

    it('stops in time when a handler does not end, and redelivers its messages', async () => {
      const broker = await open();
      await broker.publish(TOPIC, numberedMessages(1));
      const stuck = consume(broker, {}, createGate().wait);
      await waitForCount(stuck.received, 1);
      const from = performance.now();
      await broker.close();
      expect(performance.now() - from).toBeLessThan(DRAIN_MS + 10_000);
      const { received } = consume(await open());
      await waitForCount(received, 1);
    });

    it('reconnects, logs each change once, and rejects messages while the connection is lost', async () => {
      const proxy = await openProxy();
      const broker = await openWithShortTimeout(proxy);
      const logged: string[] = [];
      const isOurs = (line: string) =>
        line.includes('available') && (!testBroker.isSeparate || line.includes(`:${proxy.port} `));
      for (const level of ['log', 'warn', 'error'] as const)
        jest
          .spyOn(Logger.prototype, level)
          .mockImplementation((...line: unknown[]) => void logged.push(String(line[0])));
      const { received } = consume(broker);
      await waitForCount(received, 1);
      expect(broker.isReachable).toBe(true);

      proxy.cut();
      await expect(broker.publish(TOPIC, numberedMessages(1))).rejects.toThrow(
        /orders\.order\.placed\.v1: .*not published: ./,
      );
      await eventually(() => broker.isReachable === false, { describe: 'the loss is seen' });
      proxy.restore();
      await eventually(() => broker.publish(TOPIC, [{ body: Buffer.from('after') }]).then(() => true), {
        describe: 'publishing works again',
      });
      await eventually(() => textsOf(received).includes('after'), { describe: 'consuming works again' });
      expect(logged.filter(isOurs)).toEqual([
        expect.stringContaining(' is unavailable: '),
        expect.stringContaining(' is available again'),
      ]);
      expect(logged.join()).not.toMatch(/guest|password/);
    });

    it('reports messages that are not confirmed in time', async () => {
      const proxy = await openProxy();
      const broker = await openWithShortTimeout(proxy);
      proxy.mute();
      const from = performance.now();
      await expect(broker.publish(TOPIC, numberedMessages(2))).rejects.toThrow(PublishFailedError);
      expect(performance.now() - from).toBeLessThan(10 * PUBLISH_MS);
      proxy.cut();
    });

    it('refuses a message that is too large, and publishes no message of the call', async () => {
      const broker = await open();
      const tooLarge = { body: Buffer.alloc(MAX_MESSAGE_BYTES + 1) };
      const publishing = broker.publish(TOPIC, [...numberedMessages(2), tooLarge]);
      await expect(publishing).rejects.toThrow(InvalidMessageError);
      await expect(publishing).rejects.toThrow(
        /^Message 2: it has \d+ bytes, but the broker accepts at most \d+\.$/,
      );
      expect(await broker.lag(TOPIC)).toBe(0);
    });
  });

  // On RabbitMQ, the lag does not count unacknowledged messages of other processes.
  const unacknowledgedElsewhere = (count: number): number => (name.startsWith('RabbitMQ') ? 0 : count);
}

function consume(
  broker: Broker,
  options?: ConsumeOptions,
  handle: (batch: readonly ReceivedMessage[]) => Promise<Outcome[] | void> = async () => undefined,
): Consumer {
  const received: ReceivedMessage[] = [];
  const batches: (readonly ReceivedMessage[])[] = [];
  const { stop } = broker.consume(
    TOPIC,
    (batch) => {
      batches.push(batch);
      received.push(...batch);
      return handle(batch);
    },
    options,
  );
  return { received, batches, stop };
}

/** Options of a consumer that receives the messages of one `publish` as one batch. */
const oneBatchOf = (maxBatch: number): ConsumeOptions => ({ maxBatch, maxWaitMs: ONE_BATCH_MS });

/** Returns a handler that waits until it is released. */
function createGate(): { wait: () => Promise<void>; release(): void } {
  let release = () => undefined as void;
  const gate = new Promise<void>((resolve) => (release = resolve));
  return { wait: () => gate, release: () => release() };
}

const waitForCount = (received: readonly unknown[], count: number) =>
  eventually(() => received.length >= count, {
    describe: `${count} messages are received`,
  });

const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n));
const numberedMessages = (count: number): OutgoingMessage[] =>
  numbers(count).map((text) => ({ body: Buffer.from(text) }));
const textsOf = (messages: readonly ReceivedMessage[]): string[] =>
  messages.map(({ body }) => body.toString());
