import { Injectable } from '@nestjs/common';
import { AuditService } from '@waybill/audit';
import {
  checkIfMatch,
  Cursors,
  type Page,
  type RequestContext,
  requireIfMatch,
  uuidKey,
  ValidationFailedError,
} from '@waybill/core';
import { Database } from '@waybill/database';
import { z } from 'zod';
import { OrderIngest } from '../ingest/order-ingest.service';
import { parseOrder } from '../ingest/parse-order';
import type { DeadLetterEntity } from './dead-letter.entity';
import {
  type FullDeadLetterDto,
  type ListDeadLettersQuery,
  type RedriveManyDto,
  type RedriveResultDto,
  toFullDeadLetterDto,
} from './dead-letters.dto';
import { DeadLetterClosedError, DeadLetterNotFoundError, RedriveLimitError } from './dead-letters.errors';
import { type DeadLetterRow, DeadLettersRepository } from './dead-letters.repository';

const cursors = new Cursors('dead-letters', z.tuple([uuidKey]));
const BEYOND_ANY_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** After this many failed redrives, a redrive needs `force`, so that a message can't loop. */
const MAX_FAILED_REDRIVES = 5;
const MAX_REDRIVES_PER_REQUEST = 100;

/** Reads, corrects, redrives and discards dead letters. */
@Injectable()
export class DeadLettersService {
  constructor(
    private readonly database: Database,
    private readonly letters: DeadLettersRepository,
    private readonly ingest: OrderIngest,
    private readonly audit: AuditService,
  ) {}

  async list(
    ctx: RequestContext,
    { limit, cursor, ...filters }: ListDeadLettersQuery,
  ): Promise<Page<DeadLetterRow>> {
    const bound = { ...filters };
    const [beforeId] = cursors.read(cursor, bound) ?? [BEYOND_ANY_ID];
    const rows = await this.letters.list(ctx, filters, beforeId, limit + 1);
    return cursors.page(rows, limit, bound, ({ id }) => [id]);
  }

  /** @throws DeadLetterNotFoundError */
  async get(ctx: RequestContext, id: string): Promise<FullDeadLetterDto> {
    const row = await this.letters.find(ctx, id);
    if (!row) throw new DeadLetterNotFoundError();
    return toFullDeadLetterDto(row);
  }

  /**
   * Stores a corrected order, which the next redrive uses.
   * @throws ValidationFailedError if the order is not valid, DeadLetterNotFoundError, DeadLetterClosedError, or an
   *   error of the precondition.
   */
  async correct(ctx: RequestContext, id: string, order: object): Promise<FullDeadLetterDto> {
    const correction = JSON.stringify(order);
    const read = parseOrder(Buffer.from(correction));
    if ('rejection' in read) {
      const { reason, detail, pointer = '' } = read.rejection;
      throw ValidationFailedError.at(`/order${pointer}`, reason, detail);
    }
    return this.database.transaction(ctx, async () => {
      const letter = await this.lock(ctx, id);
      requireIfMatch(ctx, await this.get(ctx, id));
      if (letter.state !== 'open') throw new DeadLetterClosedError(letter.state);
      await this.letters.change(ctx, id, { correction });
      await this.record(ctx, 'dead_letter.corrected', id);
      return this.get(ctx, id);
    });
  }

  /**
   * Tries again to store the message or its correction. If that is rejected, the dead letter stays open with the new
   * reason.
   * @throws DeadLetterNotFoundError, DeadLetterClosedError, RedriveLimitError
   */
  async redrive(ctx: RequestContext, id: string, force: boolean): Promise<FullDeadLetterDto> {
    return this.database.transaction(ctx, async () => {
      const letter = await this.lock(ctx, id);
      checkIfMatch(ctx, await this.get(ctx, id));
      if (letter.state === 'discarded') throw new DeadLetterClosedError(letter.state);
      if (letter.state === 'open') {
        if (letter.failedRedrives >= MAX_FAILED_REDRIVES && !force)
          throw new RedriveLimitError(letter.failedRedrives);
        await this.redriveLocked(ctx, letter);
      }
      return this.get(ctx, id);
    });
  }

  /** Redrives many open dead letters, oldest first. */
  async redriveMany(
    ctx: RequestContext,
    { ids, reason, limit = MAX_REDRIVES_PER_REQUEST, force = false }: RedriveManyDto,
  ): Promise<RedriveResultDto> {
    return this.database.transaction(ctx, async () => {
      const maxFailedRedrives = force ? Number.MAX_SAFE_INTEGER : MAX_FAILED_REDRIVES;
      const letters = await this.letters.lockOpen(ctx, { ids, reason, maxFailedRedrives }, limit);
      const skipped = ids ? new Set(ids).size - letters.length : 0;
      const result = { redriven: 0, failed: 0, skipped };
      for (const letter of letters) result[await this.redriveLocked(ctx, letter)]++;
      return result;
    });
  }

  /** Closes a dead letter that will never be stored. @throws DeadLetterNotFoundError, DeadLetterClosedError */
  async discard(ctx: RequestContext, id: string, discardReason: string): Promise<FullDeadLetterDto> {
    return this.database.transaction(ctx, async () => {
      const letter = await this.lock(ctx, id);
      checkIfMatch(ctx, await this.get(ctx, id));
      if (letter.state === 'redriven') throw new DeadLetterClosedError(letter.state);
      if (letter.state === 'open') {
        await this.letters.change(ctx, id, { state: 'discarded', discardReason });
        await this.record(ctx, 'dead_letter.discarded', id, { reason: discardReason });
      }
      return this.get(ctx, id);
    });
  }

  private async redriveLocked(ctx: RequestContext, letter: DeadLetterEntity): Promise<'redriven' | 'failed'> {
    const { id, failedRedrives } = letter;
    const rejection = await this.rejectionOf(ctx, letter);
    if (rejection) {
      const { reason, detail, pointer = null, orderUid = letter.orderUid } = rejection;
      const changes = { reason, detail, pointer, orderUid, failedRedrives: failedRedrives + 1 };
      await this.letters.change(ctx, id, changes);
    } else await this.letters.change(ctx, id, { state: 'redriven' });
    const outcome = rejection ? 'failed' : 'redriven';
    await this.record(ctx, 'dead_letter.redriven', id, { outcome });
    return outcome;
  }

  private async rejectionOf(ctx: RequestContext, letter: DeadLetterEntity) {
    const { correction, message, size, reason, detail } = letter;
    // Only the beginning of the message is stored, so it can't be ingested.
    if (correction === null && message.byteLength < size) return { reason, detail };
    const bytes = correction === null ? message : Buffer.from(correction);
    return (await this.ingest.ingestOne(ctx, bytes, 'redrive')).rejection;
  }

  private async lock(ctx: RequestContext, id: string): Promise<DeadLetterEntity> {
    const letter = await this.letters.lock(ctx, id);
    if (!letter) throw new DeadLetterNotFoundError();
    return letter;
  }

  private async record(
    ctx: RequestContext,
    action: 'dead_letter.corrected' | 'dead_letter.redriven' | 'dead_letter.discarded',
    id: string,
    changes = {},
  ): Promise<void> {
    await this.audit.record(ctx, { action, target: { kind: 'dead_letter', id }, changes });
  }
}
