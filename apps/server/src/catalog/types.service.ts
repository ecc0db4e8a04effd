import { Injectable } from '@nestjs/common';
import type { WorkContext } from '@waybill/database';
import { Cursors, integerKey, type ListQuery, type Page } from '@waybill/http';
import { z } from 'zod';
import { type PackageTypeRow, TypesRepository } from './types.repository';

const cursors = new Cursors('types', z.tuple([integerKey]));

/** What kinds of packages there are. */
@Injectable()
export class TypesService {
  constructor(private readonly types: TypesRepository) {}

  /** The types that can be used, by id. */
  async list(ctx: WorkContext, { limit, cursor }: ListQuery): Promise<Page<PackageTypeRow>> {
    const [afterId] = cursors.read(cursor, {}) ?? [0];
    const rows = await this.types.listCurrent(ctx, afterId, limit + 1);
    return cursors.page(rows, limit, {}, ({ id }) => [id]);
  }

  /** Whether a package may be registered with this type: it exists and is not archived. */
  isUsable(ctx: WorkContext, id: number): Promise<boolean> {
    return this.types.isCurrent(ctx, id);
  }
}
