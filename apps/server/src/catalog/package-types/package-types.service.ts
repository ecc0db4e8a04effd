import { Injectable } from '@nestjs/common';
import { Cursors, integerKey, type Page, type PageRequest, type TransactionContext } from '@waybill/core';
import { z } from 'zod';
import { type PackageTypeRow, PackageTypesRepository } from './package-types.repository';

const cursors = new Cursors('types', z.tuple([integerKey]));

/** Package types. */
@Injectable()
export class PackageTypesService {
  constructor(private readonly types: PackageTypesRepository) {}

  /** Lists the usable types, by ID. */
  async list(ctx: TransactionContext, { limit, cursor }: PageRequest): Promise<Page<PackageTypeRow>> {
    const [afterId] = cursors.read(cursor, {}) ?? [0];
    const rows = await this.types.listCurrent(ctx, afterId, limit + 1);
    return cursors.page(rows, limit, {}, ({ id }) => [id]);
  }

  /** Whether a package may be registered with this type: it exists and is not archived. */
  isUsable(ctx: TransactionContext, id: number): Promise<boolean> {
    return this.types.isCurrent(ctx, id);
  }
}
