import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { TransactionContext } from '@waybill/core';
import { ApiKeysRepository } from './api-keys/api-keys.repository';
import { SessionsRepository } from './sessions/sessions.repository';

// Beyond this limit, a use is not recorded until the caller's next request.
const MAX_PENDING = 10_000;

/**
 * Records when sessions and keys were last used, at most once a minute each and after the request: one statement at a
 * time, whatever the load.
 */
@Injectable()
export class LastUse implements OnModuleDestroy {
  private readonly logger = new Logger(LastUse.name);
  private sessionIds = new Set<string>();
  private keyIds = new Set<string>();
  private writing: Promise<void> | undefined;

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly keys: ApiKeysRepository,
  ) {}

  noteSession = (id: string): void => this.note(this.sessionIds, id);

  noteKey = (id: string): void => this.note(this.keyIds, id);

  /** Resolves once all pending uses are stored. */
  async onModuleDestroy(): Promise<void> {
    await this.writing;
  }

  private note(ids: Set<string>, id: string): void {
    if (ids.size < MAX_PENDING) ids.add(id);
    this.writing ??= this.write().finally(() => (this.writing = undefined));
  }

  private async write(): Promise<void> {
    while (this.sessionIds.size + this.keyIds.size > 0) {
      const [sessionIds, keyIds] = [[...this.sessionIds], [...this.keyIds]];
      this.sessionIds = new Set();
      this.keyIds = new Set();
      try {
        if (sessionIds.length > 0) await this.sessions.touch(new TransactionContext(), sessionIds);
        if (keyIds.length > 0) await this.keys.touch(new TransactionContext(), keyIds);
      } catch (error) {
        this.logger.warn(`could not record last uses: ${(error as Error).message}`);
      }
    }
  }
}
