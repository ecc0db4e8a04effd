import { Inject, Injectable } from '@nestjs/common';
import { AuditService } from '@waybill/audit';
import { CONFIG, type Config } from '@waybill/config';
import { type RequestContext, UnavailableError } from '@waybill/core';
import { Database } from '@waybill/database';
import { JobDispatcher } from '@waybill/queue';
import { dispatchImport } from './import-jobs';
import { type ImportStatus, ImportsRepository } from './imports.repository';
import type { Upload } from './uploads.service';

/** Commands on imports. */
@Injectable()
export class ImportsService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly imports: ImportsRepository,
    private readonly audit: AuditService,
    private readonly dispatcher: JobDispatcher,
  ) {}

  /**
   * Accepts an uploaded file. Once it commits, its rows will be imported even if this process or the queue fails.
   * @throws UnavailableError if the upload took so long that it was deleted.
   */
  accept(ctx: RequestContext, upload: Upload, dryRun: boolean): Promise<ImportStatus> {
    const graceSeconds = this.config.imports.requeueAfterSeconds;
    return this.database.transaction(ctx, async () => {
      const accepted = await this.imports.accept(ctx, upload, { dryRun, graceSeconds });
      if (!accepted) throw new UnavailableError();
      await this.audit.record(ctx, {
        action: 'catalog_import.accepted',
        target: { kind: 'catalog_import', id: upload.id },
        changes: { rows: upload.rowsTotal, dry_run: dryRun },
      });
      this.database.afterCommit(ctx, () => dispatchImport(this.dispatcher, upload.id));
      return accepted;
    });
  }
}
