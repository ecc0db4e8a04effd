// A preload (node --require) that breaks the consumer of orders: it reports a batch as stored one second before it
// stores the batch, so that the broker gets the acknowledgement before the commit.
const { setTimeout: delay } = require('node:timers/promises');
const { resolve } = require('node:path');

const dist = resolve(__dirname, '../../dist/apps/server/src/orders/ingest/order-ingest.service.js');
const { prototype } = require(dist).OrderIngest;
const ingest = prototype.ingest;

prototype.ingest = async function (messages) {
  const kept = messages.map((message) => Buffer.from(message));
  void delay(1_000).then(() => ingest.call(this, kept));
  return messages.map(() => ({ outcome: 'stored' }));
};
