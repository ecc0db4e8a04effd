import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLines } from './read-lines';

async function all(file: string): Promise<Buffer[]> {
  const lines: Buffer[] = [];
  for await (const line of readLines(file)) lines.push(line);
  return lines;
}

describe('readLines', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-lines-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const linesOf = async (content: Buffer): Promise<Buffer[]> => {
    const file = join(folder, 'orders.ndjson');
    writeFileSync(file, content);
    return all(file);
  };

  it('keeps the bytes of each line, in any encoding', async () => {
    const lines = [Buffer.from('{"a":1}'), Buffer.from([0xff, 0x00, 0xcf]), Buffer.from('{"b":2}\r')];
    const content = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
    expect(await linesOf(content)).toEqual(lines);
  });

  it('skips empty lines, and reads a last line without a newline', async () => {
    expect(await linesOf(Buffer.from('\n{}\n\n[]'))).toEqual([Buffer.from('{}'), Buffer.from('[]')]);
    expect(await linesOf(Buffer.alloc(0))).toEqual([]);
  });

  it('reads lines longer than the chunks of a file', async () => {
    const long = Buffer.alloc(300_000, 'x');
    expect(await linesOf(Buffer.concat([long, Buffer.from('\n'), long]))).toEqual([long, long]);
  });

  it('fails if the file does not exist', async () => {
    await expect(all(join(folder, 'none'))).rejects.toThrow('ENOENT');
  });
});
