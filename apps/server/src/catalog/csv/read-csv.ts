import { pipeline, Readable } from 'node:stream';
import { ValidationFailedError } from '@waybill/core';
import { CsvError, type Options, parse, type Parser } from 'csv-parse';
import { MalformedCsvError } from './csv.errors';
import { checkedText } from './text-check';

/** Maximum length of one row, in bytes. */
export const MAX_ROW_BYTES = 100_000;
/** Maximum number of fields in one row. */
export const MAX_FIELDS = 100;

/** One row of a CSV file. */
export interface CsvRow {
  /** Line of the file on which the row starts. The header is on line 1. */
  line: number;
  /** Number of the row, as a spreadsheet shows it. The header is row 1. */
  row: number;
  fields: string[];
}

/**
 * Reads a CSV file (RFC 4180) in UTF-8, with or without a byte order mark, with CRLF or LF. Fields are separated by `;`
 * if the first line contains one, otherwise by `,`. Skips empty rows. Keeps only one chunk of the source and its rows
 * in memory.
 * @throws MalformedCsvError or ValidationFailedError that names the invalid line.
 */
export async function* readCsv(source: AsyncIterable<Buffer>): AsyncGenerator<CsvRow> {
  const text = checkedText(source);
  const head = await readHead(text);
  const position = { line: 1, row: 0 };
  const parser = parserFor(delimiterOf(head), position);
  // The loop below receives the errors of all streams.
  pipeline(Readable.from(joined(head, text)), parser, () => undefined);
  try {
    for await (const row of parser) yield row as CsvRow;
  } catch (error) {
    throw error instanceof CsvError ? faultOf(error.code, position.line) : error;
  }
}

/** Returns the beginning of the text, with at least the whole first line, without a byte order mark. */
async function readHead(text: AsyncGenerator<Buffer>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (!head.includes('\n') && head.length <= MAX_ROW_BYTES) {
    const next = await text.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  return head.subarray(0, 3).equals(BYTE_ORDER_MARK) ? head.subarray(3) : head;
}

const BYTE_ORDER_MARK = Buffer.from('\ufeff');

async function* joined(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  yield* rest;
}

const delimiterOf = (head: Buffer): string => (/^[^\n;]*;/.test(head.toString()) ? ';' : ',');

/** @param position the row that is being parsed; kept up to date for errors. */
function parserFor(delimiter: string, position: { line: number; row: number }): Parser {
  const options: Options<CsvRow, string[]> = {
    delimiter,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    max_record_size: MAX_ROW_BYTES,
    // csv-parse does not count empty fields in the size of a row.
    cast: (field, { index }) => {
      if (index >= MAX_FIELDS)
        throw invalid('too_many_fields', position.line, `more than ${MAX_FIELDS} fields`);
      return field;
    },
    on_record: (fields) => {
      const { line } = position;
      position.row += 1;
      // csv-parse counts a CRLF in a quoted field as two lines.
      position.line += 1 + fields.reduce((count, field) => count + newlinesIn(field), 0);
      return fields.every((field) => field === '') ? undefined : { line, row: position.row, fields };
    },
  };
  // csv-parse's types allow other records only for parsers that name columns.
  return parse(options as unknown as Options);
}

function newlinesIn(field: string): number {
  let count = 0;
  for (let at = field.indexOf('\n'); at >= 0; at = field.indexOf('\n', at + 1)) count++;
  return count;
}

const invalid = (code: string, line: number, fault: string): ValidationFailedError =>
  ValidationFailedError.at('', code, `The row on line ${line} has ${fault}.`);

function faultOf(code: string, line: number): Error {
  if (code === 'CSV_MAX_RECORD_SIZE')
    return invalid('row_too_long', line, `more than ${MAX_ROW_BYTES} bytes`);
  if (code === 'CSV_QUOTE_NOT_CLOSED')
    return new MalformedCsvError(
      'unclosed_quote',
      `A quoted field in the row on line ${line} has no closing quote.`,
    );
  return new MalformedCsvError(
    'stray_quote',
    `The row on line ${line} has a quote in the wrong place. Enclose a field that contains quotes in quotes, and double each quote inside it.`,
  );
}
