import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import { downloadHeaders } from '@waybill/openapi';
import { keepHeapSmall } from '@waybill/v8-heap';

/** Timeout of a download. Without it, a client that stops reading would keep the download open. */
const TIMEOUT_MS = 600_000;

/**
 * Streams a CSV file while it is generated. The generator waits for a slow client, and stops when the client
 * disconnects.
 * @param text parts of the file.
 */
export function csvFile(name: string, text: AsyncIterable<string>): StreamableFile {
  const stream = Readable.from(inSmallHeap(text), { objectMode: false });
  const timeout = setTimeout(() => stream.destroy(new Error('The download took too long')), TIMEOUT_MS);
  stream.once('close', () => clearTimeout(timeout));
  return new StreamableFile(stream, {
    type: 'text/csv; charset=utf-8',
    disposition: `attachment; filename="${name}"`,
  });
}

async function* inSmallHeap(text: AsyncIterable<string>): AsyncGenerator<string> {
  const release = keepHeapSmall();
  try {
    yield* text;
  } finally {
    release();
  }
}

/** For `@ApiOkResponse`: a CSV file. */
export const csvReply = (description: string, example: string) => ({
  description,
  headers: downloadHeaders,
  content: { 'text/csv': { schema: { type: 'string' }, example } },
});
