import { ApiProperty } from '@nestjs/swagger';
import { FromTrueOrFalse } from '@waybill/http';
import type { ImportState } from './catalog-import.entity';
import type { ImportError, ImportStatus } from './imports.repository';

/** Options of an import. */
export class StartImportQuery {
  /** `true`: validate the rows and count what would change, but change no items. */
  @FromTrueOrFalse()
  dry_run: boolean = false;
}

/** Why an import failed. */
export class ImportProblemDto {
  /** @example "import_failed" */
  code!: string;

  /** @example "The import stopped after 5 attempts without progress. The counts include the rows processed before that." */
  detail!: string;
}

/** An error in a row. The row changed nothing. */
export class ImportErrorDto {
  /**
   * Number of the row, as a spreadsheet shows it. The header is row 1.
   * @example 2
   */
  row!: number;

  /**
   * Line of the file on which the row starts. It differs from `row` after fields that contain line breaks.
   * @example 2
   */
  line!: number;

  /**
   * Column with the error. Null if the error is not in a single column.
   * @example "weight_kg"
   */
  column!: string | null;

  /** @example "is_decimal_string" */
  code!: string;

  /** @example "weight_kg must be a decimal string above 0, below 10^5, with at most 3 decimals." */
  detail!: string;
}

/** An import, without its errors. */
export class ImportSummaryDto {
  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11" */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /**
   * `pending`: waiting for a worker. `running`: rows are being processed. `succeeded`: every row was processed; `failed` counts those with
   * errors. `failed`: the import stopped early; see `problem`.
   * @example "succeeded"
   */
  state!: 'pending' | 'running' | 'succeeded' | 'failed';

  /**
   * `true` if the import only validates and counts the rows, and changes no items.
   * @example false
   */
  dry_run!: boolean;

  /**
   * Number of rows in the file, not counting the header and empty rows.
   * @example 3
   */
  rows_total!: number;

  /**
   * Number of rows processed so far: the sum of `created`, `updated`, `unchanged` and `failed`.
   * @example 3
   */
  rows_processed!: number;

  /**
   * Number of rows that created an item.
   * @example 1
   */
  created!: number;

  /**
   * Number of rows that changed an item.
   * @example 0
   */
  updated!: number;

  /**
   * Number of rows whose item already had these values.
   * @example 1
   */
  unchanged!: number;

  /**
   * Number of rows with errors.
   * @example 1
   */
  failed!: number;

  /**
   * Number of errors. A row may have several.
   * @example 1
   */
  errors_total!: number;

  /** The reason for the failure. Null unless the state is `failed`. */
  problem!: ImportProblemDto | null;

  /** @example "2026-11-21T09:00:00.000Z" */
  created_at!: Date;

  /**
   * Time at which a worker started the import. Null before that.
   * @example "2026-11-21T09:00:01.000Z"
   */
  started_at!: Date | null;

  /**
   * Time at which the import finished. Null before that.
   * @example "2026-11-21T09:00:12.000Z"
   */
  finished_at!: Date | null;
}

/** An import of items from a CSV file. */
export class ImportDto extends ImportSummaryDto {
  /** The first 20 errors. `GET /api/v1/catalog/imports/{id}/errors` returns up to 100,000. */
  errors!: ImportErrorDto[];
}

/** A page of imports, newest first. */
export class ImportPage {
  items!: ImportSummaryDto[];

  /** Pass it as `cursor` to get the next page. Null on the last page. */
  next_cursor!: string | null;
}

export function toImportSummaryDto(row: ImportStatus): ImportSummaryDto {
  return {
    id: row.id,
    state: row.state as ImportState,
    dry_run: row.dryRun,
    rows_total: row.rowsTotal,
    rows_processed: row.created + row.updated + row.unchanged + row.failed,
    created: row.created,
    updated: row.updated,
    unchanged: row.unchanged,
    failed: row.failed,
    errors_total: row.errorsTotal,
    problem: row.problem,
    created_at: row.createdAt,
    started_at: row.startedAt,
    finished_at: row.finishedAt,
  };
}

export function toImportDto(row: ImportStatus, errors: readonly ImportError[]): ImportDto {
  return { ...toImportSummaryDto(row), errors: errors.map(toImportErrorDto) };
}

const toImportErrorDto = (error: ImportError): ImportErrorDto => ({
  row: error.rowNumber,
  line: error.lineNumber,
  column: error.columnName,
  code: error.code,
  detail: error.detail,
});
