import { Injectable } from '@nestjs/common';
import type { WorkContext } from '@waybill/database';
import { decodeCursor, type ListQuery, type Page, toPage } from '@waybill/http';
import { type PackageTypeRow, TypesRepository } from './types.repository';

/** What kinds of packages there are. */
@Injectable()
export class TypesService {
  constructor(private readonly types: TypesRepository) {}

  /** The types that can be used, by id. */
  async list(ctx: WorkContext, { limit, cursor }: ListQuery): Promise<Page<PackageTypeRow>> {
    const [afterId] = cursor === undefined ? [0] : decodeCursor<[number]>(cursor, {}, isTypeKeyset);
    const rows = await this.types.listCurrent(ctx, afterId, limit + 1);
    return toPage(rows, limit, {}, ({ id }) => [id]);
  }

  /** Whether a package may be registered with this type: it exists and is not archived. */
  isUsable(ctx: WorkContext, id: number): Promise<boolean> {
    return this.types.isCurrent(ctx, id);
  }
}

const isTypeKeyset = (keys: unknown[]): boolean => keys.length === 1 && Number.isSafeInteger(keys[0]);
