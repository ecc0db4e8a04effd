import { Injectable } from '@nestjs/common';
import {
  type Bound,
  cursorOwner,
  Cursors,
  integerKey,
  type Page,
  type RequestContext,
  type TransactionContext,
} from '@waybill/core';
import { moscowDay } from '@waybill/currency-rate';
import { z } from 'zod';
import { packagesScopes } from './packages.scopes';
import type { ListPackagesQuery } from './packages.dto';
import { PackageNotFoundError, RegistrationExpiredError, RegistrationNotFoundError } from './packages.errors';
import {
  type PackageRow,
  PackagesRepository,
  type PricedPackageRow,
  type Visibility,
} from './packages.repository';
import { type RegistrationStatus, RegistrationsRepository } from './registrations.repository';

const DAY_SECONDS = 24 * 3_600;
const VISIBLE_FOR_SECONDS = DAY_SECONDS;
const RETAINED_FOR_SECONDS = 30 * DAY_SECONDS;
const BEYOND_ANY_ID = 2_147_483_647;
const cursors = new Cursors('packages', z.tuple([integerKey]));

/** A package, and the day whose rates determine its price. */
export type PackageCost = PricedPackageRow & { day: string };

/** Reads the packages and registrations that the caller may see. */
@Injectable()
export class PackagesQueries {
  constructor(
    private readonly packages: PackagesRepository,
    private readonly registrations: RegistrationsRepository,
  ) {}

  /** @throws RegistrationNotFoundError, or RegistrationExpiredError once 24 hours have passed since it finished. */
  async status(ctx: RequestContext, id: string): Promise<RegistrationStatus> {
    const registration = await this.registrations.findStatus(ctx, id);
    const age = registration?.finishedSeconds ?? 0;
    if (!registration || !isVisible(ctx, registration.ownerId) || age > RETAINED_FOR_SECONDS)
      throw new RegistrationNotFoundError();
    if (age > VISIBLE_FOR_SECONDS) throw new RegistrationExpiredError(registration.packageId);
    return registration;
  }

  /** Returns a page of the packages that the caller may see, newest first. */
  async list(
    ctx: RequestContext,
    { limit, cursor, type_id: typeId, has_cost: hasCost, status }: ListPackagesQuery,
  ): Promise<Page<PackageRow>> {
    const visible = visibleTo(ctx);
    const owner = visible === 'all' ? visible : cursorOwner(ctx.principal);
    const bound: Bound = { owner, typeId, hasCost, status };
    const [beforeId] = cursors.read(cursor, bound) ?? [BEYOND_ANY_ID];
    const rows = await this.packages.list(ctx, visible, { typeId, hasCost, status }, beforeId, limit + 1);
    return cursors.page(rows, limit, bound, ({ id }) => [id]);
  }

  /** @throws PackageNotFoundError */
  async get(ctx: RequestContext, id: number): Promise<PackageRow> {
    const row = await this.packages.find(ctx, id, visibleTo(ctx));
    if (!row) throw new PackageNotFoundError();
    return row;
  }

  /** Whether a package exists and is visible to these owners. Used by modules that link to packages. */
  async exists(ctx: TransactionContext, id: number, visible: Visibility): Promise<boolean> {
    return (await this.packages.find(ctx, id, visible)) !== undefined;
  }

  /** Returns how the cost of a package was computed. @throws PackageNotFoundError */
  async cost(ctx: RequestContext, id: number): Promise<PackageCost> {
    const row = await this.packages.findPriced(ctx, id, visibleTo(ctx));
    if (!row) throw new PackageNotFoundError();
    return withDay(row);
  }
}

export const withDay = (row: PricedPackageRow): PackageCost => ({ ...row, day: moscowDay(row.createdAt) });

/** The owners whose packages the caller may read. */
export function visibleTo({ principal }: RequestContext): Visibility {
  return principal.scopes.has(packagesScopes.readAll.name) ? 'all' : principal.ownerIds;
}

function isVisible(ctx: RequestContext, ownerId: string): boolean {
  const visible = visibleTo(ctx);
  return visible === 'all' || visible.includes(ownerId);
}
