import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { ApiKeysRepository } from './api-keys/api-keys.repository';
import { UsersRepository } from './users/users.repository';

/** Email addresses of users and names of API keys, by ID. */
export interface ActorNames {
  emails: ReadonlyMap<string, string>;
  keyNames: ReadonlyMap<string, string>;
}

/** Translates between the IDs in the audit log and the names that administrators see. */
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
