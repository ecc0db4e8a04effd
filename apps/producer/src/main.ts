import { Logger } from '@nestjs/common';
import { ConfigurationError, loadConfig, readEnvironment } from '@waybill/config';
import { openBroker } from './open-broker';
import { generateOrders } from './generate-orders';
import { Progress } from './progress';
import { publishAll } from './publish-all';
import { readLines } from './read-lines';
import { type ProducerOptions, readOptions, USAGE, UsageError } from './read-options';

/** `npx waybill-producer [options]` */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (!options) return void process.stdout.write(USAGE);
  // Each failed attempt to connect would be a line of its own.
  Logger.overrideLogger(['log', 'warn', 'error', 'fatal']);
  const warn = (warning: string) => void process.stderr.write(`Warning: ${warning}\n`);
  const { broker, name, close } = await openBroker(loadConfig('all', readEnvironment(warn)));
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const progress = new Progress('generate' in options.source ? options.source.generate.count : undefined);
  try {
    const published = await publishAll(messagesOf(options), {
      publish: (batch) =>
        broker.publish(
          'orders.order.placed.v1',
          batch.map((body) => ({ body })),
        ),
      rate: options.rate,
      onProgress: (confirmed) => progress.show(confirmed),
      signal: stop.signal,
    });
    progress.end(published.confirmed);
    process.stdout.write(`Published ${published.confirmed} messages to ${name}.\n`);
    if (published.unconfirmed > 0) {
      process.stderr.write(`Not confirmed: ${published.unconfirmed} messages: ${published.error?.message}\n`);
      process.exitCode = 1;
    }
    if (stop.signal.aborted) process.exitCode = 130;
  } finally {
    await close();
  }
}

async function* messagesOf({ source }: ProducerOptions): AsyncGenerator<Buffer> {
  if ('file' in source) yield* readLines(source.file);
  else for (const { body } of generateOrders(source.generate)) yield body;
}

main().catch((error: Error) => {
  const isUserError = error instanceof UsageError || error instanceof ConfigurationError;
  process.stderr.write(
    `${(isUserError ? error.message : `The producer failed: ${error.message}`).trimEnd()}\n`,
  );
  process.exitCode = 1;
});
