import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { ApiKeysRepository } from './api-keys/api-keys.repository';
import { UsersRepository } from './users/users.repository';

/** Email addresses of users and names of API keys, by ID. */
export interface ActorNames {
  emails: ReadonlyMap<string, string>;
  keyNames: ReadonlyMap<string, string>;
}

/** Users and API keys, for modules that store their IDs: translates between IDs and names. */
@Injectable()
export class Actors {
  constructor(
    private readonly users: UsersRepository,
    private readonly keys: ApiKeysRepository,
  ) {}

  /** @param email in normal form */
  async idsByEmail(ctx: TransactionContext, email: string): Promise<string[]> {
    const user = await this.users.findByEmail(ctx, email);
    return user ? [user.id] : [];
  }

  /** Returns the IDs of all API keys with a name. A rotated key and its replacement have the same name. */
  idsByKeyName(ctx: TransactionContext, name: string): Promise<string[]> {
    return this.keys.idsNamed(ctx, name);
  }

  /** Whether a user exists and is not disabled. Keeps the user from being disabled until the open transaction ends. */
  async holdActiveUser(ctx: TransactionContext, id: string): Promise<boolean> {
    return (await this.users.lockShared(ctx, id))?.disabledAt === null;
  }

  /** Returns the current names. An unknown ID has none. */
  async namesOf(
    ctx: TransactionContext,
    { userIds, keyIds }: { userIds: readonly string[]; keyIds: readonly string[] },
  ): Promise<ActorNames> {
    return {
      emails: await this.users.emailsOf(ctx, userIds),
      keyNames: await this.keys.namesOf(ctx, keyIds),
    };
  }
}
