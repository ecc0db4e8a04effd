import { createHash } from 'node:crypto';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { ReceivedMessage } from '../messages';

/** By default, RabbitMQ 4 drops a message after 20 returns. Older servers accept no way to disable the limit. */
const DELIVERY_LIMIT = 2_000_000_000;

/**
 * Creates the queue of a topic if it is missing. Returns the number of messages that are not delivered to a consumer.
 * Fails if the queue exists with other arguments.
 */
export async function ensureQueue(channel: Channel, queue: string): Promise<number> {
  const { messageCount } = await channel.assertQueue(queue, {
    durable: true,
    arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': DELIVERY_LIMIT },
  });
  return messageCount;
}

/** Decodes a message. A message of another publisher may have no ID. */
export function decode({ content, fields, properties }: ConsumeMessage): ReceivedMessage {
  const given = (properties.headers ?? {}) as Record<string, unknown>;
  const texts = Object.entries(given).flatMap(([name, value]) =>
    typeof value === 'string' && !name.startsWith('x-') ? [[name, value] as const] : [],
  );
  return {
    id: (properties.messageId as string | undefined) || createHash('sha256').update(content).digest('hex'),
    body: content,
    headers: Object.fromEntries(texts),
    deliveryCount: Number(given['x-delivery-count'] ?? (fields.redelivered ? 1 : 0)) + 1,
  };
}
