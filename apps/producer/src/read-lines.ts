import { createReadStream } from 'node:fs';

const NEWLINE = 0x0a;
/** The broker's maximum message size. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/**
 * Reads the lines of a file as bytes, without decoding them. Skips empty lines.
 * @throws Error for a line of more than 16 MiB, or if the file can't be read.
 */
export async function* readLines(file: string): AsyncGenerator<Buffer> {
  let incomplete: Buffer[] = [];
  let length = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      yield* lineOf([...incomplete, chunk.subarray(from, end)]);
      [incomplete, length, from] = [[], 0, end + 1];
    }
    incomplete.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > MAX_LINE_BYTES) throw new Error(`${file} has a line of more than ${MAX_LINE_BYTES} bytes.`);
  }
  yield* lineOf(incomplete);
}

function lineOf(parts: Buffer[]): Buffer[] {
  const line = Buffer.concat(parts);
  return line.length === 0 ? [] : [line];
}
