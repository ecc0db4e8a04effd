import { ApiProperty } from '@nestjs/swagger';
import { redacted } from '@waybill/core';
import type { ActorNames } from '../sessions';
import type { PackageActor } from './package-actor';
import { packageEventKinds, type PackageEventKind } from './package-event.entity';
import type { PackageEventRow } from './package-events.repository';
import type { NamedPage } from './package-history.queries';
import { roubles, RoublesDto } from './packages.dto';

/** Who did something. Customers see only the kind. */
export class PackageActorDto {
  /**
   * `staff`: a signed-in user. `system`: a background job.
   * @example "staff"
   */
  @ApiProperty({ enum: ['customer', 'staff', 'api_key', 'system'] })
  kind!: PackageActor['kind'];

  /**
   * ID of the session or API key. Null if `kind` is `customer` or `system`. Customers always see null.
   * @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11"
   */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  id!: string | null;

  /**
   * ID of the user who was signed in. Null if there was none. Customers always see null.
   * @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d12"
   */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  user_id!: string | null;

  /**
   * Email address of the user. Null if there was none. Customers always see null.
   * @example "vera@example.com"
   */
  email!: string | null;

  /**
   * Current name of the API key. Null unless `kind` is `api_key`. Customers always see null.
   * @example null
   */
  key_name!: string | null;
}

/** Something that happened to a package. */
export class PackageEventDto {
  /**
   * Later events of a package have larger IDs.
   * @example 3
   */
  @ApiProperty({ type: 'integer', minimum: 1 })
  id!: number;

  /**
   * `registered`: the registration was accepted. `priced`: the first cost was computed. `repriced`: the cost was computed again.
   * @example "claimed"
   */
  @ApiProperty({ enum: packageEventKinds, enumName: 'PackageEventKind' })
  kind!: PackageEventKind;

  /** @example "2026-11-21T09:00:00.120Z" */
  at!: Date;

  /** Who caused the event. Null if it was not recorded. */
  actor!: PackageActorDto | null;

  /**
   * ID of the carrier that claimed the package. Null unless `kind` is `claimed`.
   * @example 7
   */
  carrier_id!: number | null;

  /**
   * Revision of the cost; see `GET /api/v1/packages/{id}/cost/revisions`. Null unless `kind` is `priced` or `repriced`.
   * @example null
   */
  revision!: number | null;

  /**
   * The new cost. Null unless `kind` is `priced` or `repriced`.
   * @example null
   */
  cost!: RoublesDto | null;
}

/** A page of the events of a package, newest first. */
export class PackageEventPage {
  items!: PackageEventDto[];

  /** Pass it as `cursor` to get the next page. Null on the last page. */
  next_cursor!: string | null;
}

export const toPackageEventPage = ({
  items,
  next_cursor,
  names,
}: NamedPage<PackageEventRow>): PackageEventPage => ({
  items: items.map((row) => ({
    id: row.id,
    kind: row.kind,
    at: row.at,
    actor: toPackageActorDto(row.actor, names),
    carrier_id: row.carrierId,
    revision: row.revision,
    cost: roubles(row.cost),
  })),
  next_cursor,
});

export function toPackageActorDto(
  actor: PackageActor | null,
  { emails, keyNames }: ActorNames,
): PackageActorDto | null {
  if (!actor) return null;
  const { kind, id = null, userId = null } = actor;
  return {
    kind,
    id,
    user_id: userId,
    email: nameIn(emails, userId),
    key_name: kind === 'api_key' ? nameIn(keyNames, id) : null,
  };
}

// A name may contain a secret that someone pasted.
function nameIn(names: ReadonlyMap<string, string>, id: string | null): string | null {
  const name = id === null ? undefined : names.get(id);
  return name === undefined ? null : redacted(name);
}
