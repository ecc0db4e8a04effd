import { Injectable } from '@nestjs/common';
import { type AuditActor, type AuditChanges, AuditService } from '@waybill/audit';
import {
  type Bound,
  Cursors,
  type Page,
  type RequestContext,
  requireIfMatch,
  type TransactionContext,
  uuidKey,
  ValidationFailedError,
} from '@waybill/core';
import { Database } from '@waybill/database';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { SessionsAuditAction } from '../audit-actions';
import { ScopeNotHeldError } from '../api-keys/api-keys.errors';
import { ApiKeysService } from '../api-keys/api-keys.service';
import { LoginThrottle } from '../auth/login-throttle';
import { SessionsRepository } from '../sessions/sessions.repository';
import { isCommonPassword } from './common-passwords';
import { PasswordHasher } from './password-hasher';
import { type Role, scopesLacking, scopesOfRole } from './roles';
import { type ChangeUserDto, type CreateUserDto, type ListUsersQuery, toUserDto } from './users.dto';
import { EmailTakenError, LastAdministratorError, UserNotFoundError } from './users.errors';
import { type UserRow, UsersRepository } from './users.repository';

const cursors = new Cursors('users', z.tuple([uuidKey]));

/** Makes, shows and changes the staff's users. */
@Injectable()
export class UsersService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
    private readonly sessions: SessionsRepository,
    private readonly hasher: PasswordHasher,
    private readonly throttle: LoginThrottle,
    private readonly audit: AuditService,
    private readonly keys: ApiKeysService,
  ) {}

  /** @throws ScopeNotHeldError for a role that may do what the caller may not, and as `add` does. */
  async create(ctx: RequestContext, user: CreateUserDto): Promise<UserRow> {
    assertHoldsAllOf(ctx, user.role);
    return this.add(ctx, user);
  }

  /**
   * Adds a user, whoever asks.
   * @param actor who does it, where the context doesn't say.
   * @throws EmailTakenError, ValidationFailedError for a common password.
   */
  async add(
    ctx: TransactionContext,
    { email, role, password }: Pick<CreateUserDto, 'email' | 'role' | 'password'>,
    actor?: AuditActor,
  ): Promise<UserRow> {
    const passwordHash = await this.hashNew(password, '/password');
    return this.database.transaction(ctx, async () => {
      const row = await this.users.insert(ctx, {
        id: uuidv7(),
        email: email.toLowerCase(),
        role,
        passwordHash,
        ownerId: uuidv7(),
      });
      if (!row) throw new EmailTakenError();
      await this.audit.record(ctx, {
        action: 'user.created',
        target: { kind: 'user', id: row.id },
        changes: { email: row.email, role },
        actor,
      });
      return row;
    });
  }

  /** A page of users, newest first. */
  async list(ctx: RequestContext, { limit, cursor, role, disabled }: ListUsersQuery): Promise<Page<UserRow>> {
    const filters: Bound = { role, disabled };
    const [beforeId] = cursors.read(cursor, filters) ?? [];
    const rows = await this.users.list(ctx, { role, disabled }, beforeId, limit + 1);
    return cursors.page(rows, limit, filters, (row) => [row.id]);
  }

  /** @throws UserNotFoundError */
  async get(ctx: RequestContext, id: string): Promise<UserRow> {
    const row = await this.users.find(ctx, id);
    if (!row) throw new UserNotFoundError();
    return row;
  }

  /**
   * Changes a user's role, whether they may sign in, or their password; the latter two end their sessions, and another
   * password lifts the throttle of their sign-ins. Revokes the API keys that they made where that is asked for.
   * @throws UserNotFoundError, PreconditionRequiredError, PreconditionFailedError, LastAdministratorError,
   *   ScopeNotHeldError where the user or a key may do or is to do what the caller may not, ValidationFailedError for a common password
   *   and for the caller's own.
   */
  async change(ctx: RequestContext, id: string, change: ChangeUserDto): Promise<UserRow> {
    const { role, disabled, password, revoke_api_keys: revokeKeys } = change;
    if (password !== undefined && ctx.principal.userId === id) throw ownPassword();
    const passwordHash = password === undefined ? undefined : await this.hashNew(password, '/password');
    return this.database.transaction(ctx, async () => {
      await this.users.lockAll(ctx);
      const before = await this.get(ctx, id);
      for (const held of [before.role, role ?? before.role]) assertHoldsAllOf(ctx, held);
      requireIfMatch(ctx, toUserDto(before));
      const after = await this.users.update(ctx, id, { role, disabled, passwordHash });
      if (!isActiveAdministrator(after) && isActiveAdministrator(before))
        await this.assertOtherAdministrator(ctx, id);
      if (password !== undefined || after.disabledAt) await this.sessions.deleteOfUser(ctx, id);
      if (password !== undefined) await this.throttle.lift(ctx, after.email);
      await this.recordChange(ctx, before, after, password !== undefined);
      // The update holds the user: who makes a key for them meanwhile has committed, or waits and finds them disabled.
      if (revokeKeys) await this.keys.revokeMadeBy(ctx, id);
      return after;
    });
  }

  /** The hash of a password that somebody chose. @throws ValidationFailedError where it is a common one. */
  async hashNew(password: string, pointer: string): Promise<string> {
    if (await isCommonPassword(password))
      throw ValidationFailedError.at(
        pointer,
        'common_password',
        'This password is too common. Choose another one.',
      );
    return this.hasher.hash(password);
  }

  private async assertOtherAdministrator(ctx: TransactionContext, id: string): Promise<void> {
    if (!(await this.users.hasOtherAdministrator(ctx, id))) throw new LastAdministratorError();
  }

  private async recordChange(
    ctx: RequestContext,
    before: UserRow,
    after: UserRow,
    passwordReset: boolean,
  ): Promise<void> {
    const record = (action: SessionsAuditAction, changes?: AuditChanges) =>
      this.audit.record(ctx, { action, target: { kind: 'user', id: after.id }, changes });
    if (before.role !== after.role)
      await record('user.role_changed', { role: { from: before.role, to: after.role } });
    if (!before.disabledAt && after.disabledAt) await record('user.disabled');
    if (before.disabledAt && !after.disabledAt) await record('user.enabled');
    if (passwordReset) await record('user.password_reset');
  }
}

// A session that somebody else got hold of must not do without the present password.
const ownPassword = (): ValidationFailedError =>
  ValidationFailedError.at(
    '/password',
    'own_password',
    'To change your own password, call POST /api/v1/auth/password with the current one.',
  );

const isActiveAdministrator = ({ role, disabledAt }: UserRow): boolean => role === 'admin' && !disabledAt;

function assertHoldsAllOf({ principal }: RequestContext, role: Role): void {
  const lacking = scopesLacking(principal, scopesOfRole[role]);
  if (lacking.length > 0) throw new ScopeNotHeldError(lacking);
}
