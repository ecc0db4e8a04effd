import { Injectable } from '@nestjs/common';
import { type Bound, Cursors, type Page, type PageRequest, type RequestContext } from '@waybill/core';
import { z } from 'zod';
import { type ActorNames, Actors } from '../sessions';
import type { PackageActor } from './package-actor';
import {
  type CostRevisionRow,
  PackageEventsRepository,
  type PackageEventRow,
} from './package-events.repository';
import { PackagesQueries } from './packages.queries';

const BEYOND_ANY_ID = Number.MAX_SAFE_INTEGER;
const eventKey = z.tuple([z.int().min(1).max(BEYOND_ANY_ID)]);
const eventCursors = new Cursors('package-events', eventKey);
const revisionCursors = new Cursors('cost-revisions', eventKey);

/** Events of one page, and the names of their actors. */
export interface NamedPage<T> extends Page<T> {
  names: ActorNames;
}

/** Reads the history of a package. A customer sees only the kind of each actor. */
@Injectable()
export class PackageHistoryQueries {
  constructor(
    private readonly packages: PackagesQueries,
    private readonly events: PackageEventsRepository,
    private readonly actors: Actors,
  ) {}

  /** Returns a page of the events of a package, newest first. @throws PackageNotFoundError */
  async listEvents(
    ctx: RequestContext,
    id: number,
    { limit, cursor }: PageRequest,
  ): Promise<NamedPage<PackageEventRow>> {
    await this.packages.get(ctx, id);
    const bound: Bound = { id };
    const [beforeId] = eventCursors.read(cursor, bound) ?? [BEYOND_ANY_ID];
    const rows = await this.events.list(ctx, id, beforeId, limit + 1);
    return this.withNames(
      ctx,
      eventCursors.page(rows, limit, bound, (row) => [row.id]),
    );
  }

  /** Returns a page of the costs that a package has had, newest first. @throws PackageNotFoundError */
  async listRevisions(
    ctx: RequestContext,
    id: number,
    { limit, cursor }: PageRequest,
  ): Promise<NamedPage<CostRevisionRow>> {
    await this.packages.get(ctx, id);
    const bound: Bound = { id };
    const [beforeId] = revisionCursors.read(cursor, bound) ?? [BEYOND_ANY_ID];
    const rows = await this.events.listRevisions(ctx, id, beforeId, limit + 1);
    return this.withNames(
      ctx,
      revisionCursors.page(rows, limit, bound, (row) => [row.id]),
    );
  }

  private async withNames<T extends { actor: PackageActor | null }>(
    ctx: RequestContext,
    page: Page<T>,
  ): Promise<NamedPage<T>> {
    const isCustomer = ctx.principal.kind === 'customer';
    const items = isCustomer ? page.items.map(withoutIdentity) : page.items;
    const actors = items.flatMap(({ actor }) => actor ?? []);
    const names = await this.actors.namesOf(ctx, {
      userIds: actors.flatMap(({ userId }) => userId ?? []),
      keyIds: actors.flatMap(({ kind, id }) => (kind === 'api_key' ? (id ?? []) : [])),
    });
    return { ...page, items, names };
  }
}

const withoutIdentity = <T extends { actor: PackageActor | null }>(row: T): T => ({
  ...row,
  actor: row.actor && { kind: row.actor.kind },
});
