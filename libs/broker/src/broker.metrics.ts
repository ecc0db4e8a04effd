import { Counter, register } from 'prom-client';

// A second application in the same process (a test) shares the default registry.
function counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
  const present = register.getSingleMetric(name);
  return present ? (present as Counter<Label>) : new Counter({ name, help, labelNames });
}

export const publishedMessages = counter(
  'waybill_broker_published_messages_total',
  'Messages that the broker confirmed.',
  ['topic'],
);

export const consumedMessages = counter(
  'waybill_broker_consumed_messages_total',
  'Deliveries, by outcome: acknowledged, or returned to be delivered again.',
  ['topic', 'outcome'],
);
