import { Injectable } from '@nestjs/common';
import { Cursors, type Page, type PageRequest, type TransactionContext, uuidKey } from '@waybill/core';
import { z } from 'zod';
import { csvLine } from '../csv/write-csv';
import { ImportNotFoundError } from './imports.errors';
import { type ImportError, type ImportStatus, ImportsRepository } from './imports.repository';

const SHOWN_ERRORS = 20;
const BATCH = 1_000;
const START = { rowNumber: 0, position: 0 };
const cursors = new Cursors('catalog-imports', z.tuple([uuidKey]));

/** Reads imports. */
@Injectable()
export class ImportsQueries {
  constructor(private readonly imports: ImportsRepository) {}

  /** Lists imports, newest first. */
  async list(ctx: TransactionContext, { limit, cursor }: PageRequest): Promise<Page<ImportStatus>> {
    const [beforeId] = cursors.read(cursor, {}) ?? [];
    const rows = await this.imports.list(ctx, beforeId, limit + 1);
    return cursors.page(rows, limit, {}, ({ id }) => [id]);
  }

  /** Returns an import with its first errors. @throws ImportNotFoundError */
  async get(ctx: TransactionContext, id: string): Promise<{ row: ImportStatus; errors: ImportError[] }> {
    const row = await this.imports.find(ctx, id);
    if (!row) throw new ImportNotFoundError();
    const errors = row.errorsTotal === 0 ? [] : await this.imports.listErrors(ctx, id, START, SHOWN_ERRORS);
    return { row, errors };
  }

  /** Returns a CSV file of the stored errors, as a stream of text. @throws ImportNotFoundError */
  async errorsFile(ctx: TransactionContext, id: string): Promise<AsyncGenerator<string>> {
    if (!(await this.imports.find(ctx, id))) throw new ImportNotFoundError();
    return this.writeErrors(ctx, id);
  }

  private async *writeErrors(ctx: TransactionContext, id: string): AsyncGenerator<string> {
    yield csvLine(['row', 'line', 'column', 'code', 'detail']);
    for (let after: Pick<ImportError, 'rowNumber' | 'position'> | undefined = START; after;) {
      const errors: ImportError[] = await this.imports.listErrors(ctx, id, after, BATCH);
      yield errors.map((error) => csvLine(cellsOf(error))).join('');
      after = errors.length < BATCH ? undefined : errors.at(-1);
    }
  }
}

const cellsOf = ({ rowNumber, lineNumber, columnName, code, detail }: ImportError): string[] => [
  ...[String(rowNumber), String(lineNumber), columnName ?? '', code, detail],
];
