import { setTimeout as delay } from 'node:timers/promises';
import type { ConfirmChannel, Message } from 'amqplib';
import { withTimeout } from '@waybill/core';
import type { PreparedMessage } from '../messages';
import type { ReconnectingConnection } from '../reconnecting-connection';
import type { RabbitMqConnection } from './rabbitmq-connection';
import { ensureQueue } from './rabbitmq-queue';

/**
 * Maximum number of attempts to send a refused message, and the delay per attempt. All delays together take about 1 s.
 */
const ATTEMPTS = 6;
const ATTEMPT_DELAY_MS = 70;

interface Publishing {
  connected: RabbitMqConnection;
  channel: ConfirmChannel;
  isOpen: boolean;
  /** Queues that are known to exist. */
  queues: Set<string>;
}

/** Publishes with confirms. A quorum queue confirms a message when a majority of its servers have it on disk. */
export class RabbitMqPublisher {
  private publishing: Promise<Publishing> | undefined;

  constructor(private readonly connections: ReconnectingConnection<RabbitMqConnection>) {}

  /** Resolves when all messages are confirmed. @throws Error if one is refused, or not confirmed in time. */
  async publish(queue: string, messages: readonly PreparedMessage[], timeoutMs: number): Promise<void> {
    const connected = await this.connections.use(timeoutMs);
    if (connected.blocked !== undefined)
      throw new Error(`RabbitMQ has blocked publishing: ${connected.blocked}`);
    try {
      await withTimeout(this.send(connected, queue, messages), timeoutMs);
    } catch (error) {
      await this.discardChannel(); // its unconfirmed messages would add up
      throw error;
    }
  }

  private async send(
    connected: RabbitMqConnection,
    queue: string,
    messages: readonly PreparedMessage[],
  ): Promise<void> {
    const publishing = await this.channelOn(connected);
    const { channel, queues } = publishing;
    if (!queues.has(queue)) {
      await ensureQueue(channel, queue);
      queues.add(queue);
    }
    let isReturned = false;
    const onReturn = ({ fields }: Message) => void (isReturned ||= fields.routingKey === queue);
    channel.on('return', onReturn);
    try {
      await sendUntilConfirmed(publishing, queue, messages);
    } finally {
      channel.off('return', onReturn);
    }
    // RabbitMQ returns a message to a queue that does not exist, and then confirms it.
    if (isReturned) throw new Error(`The queue ${queue} does not exist any more`);
  }

  private async channelOn(connected: RabbitMqConnection): Promise<Publishing> {
    const current = await this.publishing?.catch(() => undefined);
    if (current?.isOpen && current.connected === connected) return current;
    this.publishing = this.open(connected);
    return this.publishing;
  }

  private async open(connected: RabbitMqConnection): Promise<Publishing> {
    const channel = await connected.model.createConfirmChannel();
    const publishing = { connected, channel, isOpen: true, queues: new Set<string>() };
    channel.on('error', () => undefined); // the publish reports it
    channel.on('close', () => (publishing.isOpen = false));
    return publishing;
  }

  private async discardChannel(): Promise<void> {
    const current = this.publishing;
    this.publishing = undefined;
    void current?.then(({ channel }) => channel.close()).catch(() => undefined);
  }
}

/** Resends refused messages, because a queue refuses messages for a moment while another process creates it. */
async function sendUntilConfirmed(
  publishing: Publishing,
  queue: string,
  messages: readonly PreparedMessage[],
): Promise<void> {
  let left = messages;
  for (let attempt = 1; ; attempt++) {
    const sent = left.map((message) => confirmed(publishing.channel, queue, message));
    const results = await Promise.allSettled(sent);
    const refusal = results.find((result) => result.status === 'rejected');
    if (!refusal) return;
    if (!publishing.isOpen || attempt === ATTEMPTS) throw refusal.reason;
    left = left.filter((_, n) => results[n]!.status === 'rejected');
    await delay(ATTEMPT_DELAY_MS * attempt);
  }
}

function confirmed(channel: ConfirmChannel, queue: string, message: PreparedMessage): Promise<void> {
  const { body, id, headers } = message;
  const content = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const options = { persistent: true, mandatory: true, messageId: id, headers };
  return new Promise((resolve, reject) => {
    channel.sendToQueue(queue, content, options, (error: Error | null) =>
      error ? reject(error) : resolve(),
    );
  });
}
