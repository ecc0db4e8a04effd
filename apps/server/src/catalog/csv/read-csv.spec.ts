import fc from 'fast-check';
import { type CsvRow, MAX_FIELDS, MAX_ROW_BYTES, readCsv } from './read-csv';
import { csvLine, unescapeFormula } from './write-csv';

async function* chunksOf(file: string | Buffer, size = 7): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(file);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(file: string | Buffer, size?: number): Promise<CsvRow[]> {
  const rows = [];
  for await (const row of readCsv(chunksOf(file, size))) rows.push(row);
  return rows;
}
const fieldsOf = async (file: string | Buffer, size?: number) =>
  (await read(file, size)).map(({ fields }) => fields);

const refusal = (file: string | Buffer, size?: number) =>
  read(file, size).then(
    () => undefined,
    (error: { kind: string; extras: { errors: { code: string; detail: string; pointer: string }[] } }) => ({
      kind: error.kind,
      ...error.extras.errors[0],
    }),
  );

describe('readCsv', () => {
  it.each([
    ['LF', 'a,b\n1,2\n'],
    ['CRLF', 'a,b\r\n1,2\r\n'],
    ['both', 'a,b\r\n1,2\n'],
    ['no last newline', 'a,b\n1,2'],
    ['semicolons', 'a;b\n1;2\n'],
    ['a byte order mark', '\ufeffa,b\n1,2\n'],
    ['a byte order mark before a quote', '\ufeff"a","b"\n1,2\n'],
    ['quotes everywhere', '"a","b"\r\n"1","2"\r\n'],
    ['empty rows between and at the end', 'a,b\n\n1,2\n,\n\n\n'],
  ])('reads a file with %s', async (_, file) => {
    expect(await fieldsOf(file)).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
  });

  it('finds the delimiter in the first line only', async () => {
    expect(await fieldsOf('a,b\n1;1,2\n')).toEqual([
      ['a', 'b'],
      ['1;1', '2'],
    ]);
    expect(await fieldsOf('a;b\n1,1;2\n')).toEqual([
      ['a', 'b'],
      ['1,1', '2'],
    ]);
  });

  it('numbers rows as a spreadsheet does and lines as an editor does', async () => {
    const file = 'a,b\r\n"x\r\ny",2\r\n\r\n"p\nq\nr",4\r\n5,6';
    expect((await read(file)).map(({ line, row }) => [line, row])).toEqual([
      [1, 1],
      [2, 2],
      [5, 4],
      [8, 5],
    ]);
  });

  it.each<[code: string, line: string, file: string | Buffer, what: string]>([
    ['not_utf8', 'Line 3 ', Buffer.from('a,b\nя,2\n\xff,3\n', 'latin1'), 'windows-1251'],
    ['not_utf8', 'Line 2 ', Buffer.concat([Buffer.from('a\nb'), Buffer.from([0xd1])]), 'half a character'],
    ['not_utf8', 'Line 1 ', Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'), 'UTF-16'],
    ['nul', 'Line 2 ', 'a,b\n1,\0\n', 'NUL'],
    ['unclosed_quote', 'line 2 ', 'a,b\n1,"2\n3,4\n', 'an open quote'],
    ['stray_quote', 'line 4 ', 'a,b\n"1\n1",2\n3,x"y"\n', 'a quote in a bare field'],
    ['stray_quote', 'line 2 ', 'a,b\n1,"x"y"\n', 'text after a quote'],
  ])('refuses malformed text with 400 %s: %s', async (code, line, file) => {
    for (const size of [1, 7, 64_000])
      expect(await refusal(file, size)).toEqual({
        kind: 'bad_request',
        code,
        detail: expect.stringContaining(line),
        pointer: '',
      });
  });

  it.each([
    ['row_too_long', `a,b\n1,"${'x\n'.repeat(MAX_ROW_BYTES)}"\n`],
    ['row_too_long', `a,b\n1,${'x'.repeat(10_000_000)}\n`],
    ['row_too_long', 'x'.repeat(10_000_000)],
    ['too_many_fields', `a,b\n1${','.repeat(MAX_FIELDS)}`],
    ['too_many_fields', `a,b\n${','.repeat(10_000_000)}`],
  ])('refuses with 422 %s without reading further', async (code, file) => {
    let given = 0;
    const source = async function* () {
      for await (const chunk of chunksOf(file, 65_536)) {
        given += chunk.length;
        yield chunk;
      }
    };
    const rows = readCsv(source());
    await expect(
      (async () => {
        while (!(await rows.next()).done);
      })(),
    ).rejects.toMatchObject({ code: 'validation_failed', extras: { errors: [{ code }] } });
    expect(given).toBeLessThan(1_000_000);
  });

  it('stops reading its source when its reader stops', async () => {
    let closed = false;
    const source = async function* () {
      try {
        for (;;) yield Buffer.from('a,b\n');
      } finally {
        closed = true;
      }
    };
    for await (const row of readCsv(source())) {
      expect(row.fields).toEqual(['a', 'b']);
      break;
    }
    await new Promise(setImmediate);
    expect(closed).toBe(true);
  });

  it('throws the error of its source', async () => {
    const source = async function* () {
      yield Buffer.from('a,b\n');
      throw new Error('The connection is lost');
    };
    const rows = readCsv(source());
    await expect(rows.next().then(() => rows.next())).rejects.toThrow('The connection is lost');
  });

  it('reads what csvLine writes, for any text and any chunks', async () => {
    const text = fc.oneof(
      fc.string({
        unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '"', ',', ';', ' ', 'я'),
      }),
      fc.string({ unit: 'grapheme' }),
    );
    const safe = text.filter((one) => !one.includes('\0'));
    const table = fc.array(fc.tuple(fc.constant('x'), safe, safe), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 50 }), async (rows, size) => {
        const file = `${csvLine(['a', 'b', 'c'])}${rows.map(csvLine).join('')}`;
        const [, ...got] = await fieldsOf(file, size);
        expect(got.map((fields) => fields.map(unescapeFormula))).toEqual(rows);
      }),
    );
  });
});
