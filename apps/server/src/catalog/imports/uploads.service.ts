import { Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { TransactionContext, ValidationFailedError } from '@waybill/core';
import { v7 as uuidv7 } from 'uuid';
import { type ItemColumn, readHeader } from '../csv/item-columns';
import { type CsvRow, readCsv } from '../csv/read-csv';
import { TooManyImportsError } from './imports.errors';
import { ImportsRepository } from './imports.repository';
import { withSmallHeap } from '@waybill/v8-heap';

const MAX_ROWS = 1_000_000;
/** A chunk is one transaction of the worker. */
const CHUNK_ROWS = 500;
const CHUNK_CHARACTERS = 250_000;

/** An uploaded file that is not accepted yet. */
export interface Upload {
  id: string;
  header: ItemColumn[];
  chunksTotal: number;
  rowsTotal: number;
}

/**
 * Stores uploaded files in PostgreSQL, chunk by chunk. Each chunk has its own transaction, so an upload keeps no
 * transaction open and needs little memory. If a file is not accepted, this process deletes it. If that
 * fails, the sweeper deletes it.
 */
@Injectable()
export class UploadsService {
  private readonly logger = new Logger(UploadsService.name);

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly imports: ImportsRepository,
  ) {}

  /**
   * Stores a file.
   * @throws TooManyImportsError before the file is read, MalformedCsvError, ValidationFailedError, or the error that reading
   *   `file` throws.
   */
  async store(file: AsyncIterable<Buffer>): Promise<Upload> {
    const id = uuidv7();
    const { pendingLimit } = this.config.imports;
    if (!(await this.imports.beginUpload(new TransactionContext(), id, pendingLimit)))
      throw new TooManyImportsError();
    try {
      return await withSmallHeap(() => this.storeRows(id, file));
    } catch (error) {
      await this.discard(id);
      throw error;
    }
  }

  /**
   * Deletes a file, unless it was accepted. Never throws: if the deletion fails, the sweeper deletes the file later.
   */
  async discard(id: string): Promise<void> {
    await this.imports
      .discardUpload(new TransactionContext(), id)
      .catch((error: Error) =>
        this.logger.warn(`Could not delete an upload, so the sweeper will retry: ${error.message}`),
      );
  }

  private async storeRows(id: string, file: AsyncIterable<Buffer>): Promise<Upload> {
    const rows = readCsv(file);
    const first = await rows.next();
    if (first.done)
      throw invalid('empty', 'The file is empty. The first line must contain the column names.');
    const upload = { id, header: readHeader(first.value.fields), chunksTotal: 0, rowsTotal: 0 };
    for await (const chunk of inChunks(rows)) {
      upload.rowsTotal += chunk.length;
      if (upload.rowsTotal > MAX_ROWS)
        throw invalid('too_many_rows', `The file has more than ${MAX_ROWS} rows.`);
      await this.imports.addChunk(new TransactionContext(), id, upload.chunksTotal, chunk);
      upload.chunksTotal += 1;
    }
    if (upload.rowsTotal === 0) throw invalid('no_rows', 'The file has no rows after the header.');
    return upload;
  }
}

async function* inChunks(rows: AsyncIterable<CsvRow>): AsyncGenerator<CsvRow[]> {
  let chunk: CsvRow[] = [];
  let characters = 0;
  for await (const row of rows) {
    chunk.push(row);
    characters += row.fields.reduce((sum, field) => sum + field.length, 0);
    if (chunk.length < CHUNK_ROWS && characters < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = [];
    characters = 0;
  }
  if (chunk.length > 0) yield chunk;
}

const invalid = (code: string, detail: string): ValidationFailedError =>
  ValidationFailedError.at('', code, detail);
