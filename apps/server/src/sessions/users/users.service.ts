import { Injectable } from '@nestjs/common';
import { type AuditActor, type AuditChanges, AuditService } from '@waybill/audit';
import {
  type Bound,
  checkIfMatch,
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
import { CallerLock } from '../caller-lock';
import { LoginThrottle } from '../auth/login-throttle';
import { SessionsRepository } from '../sessions/sessions.repository';
import { isCommonPassword } from './common-passwords';
import { PasswordHasher } from './password-hasher';
import { type Role, scopesLacking, scopesOfRole } from './roles';
import { type ChangeUserDto, type CreateUserDto, type ListUsersQuery, toUserDto } from './users.dto';
import { EmailTakenError, LastAdministratorError, UserNotFoundError } from './users.errors';
import { type UserRow, UsersRepository } from './users.repository';

const cursors = new Cursors('users', z.tuple([uuidKey]));

/** Creates, lists and changes staff users. */
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
    private readonly callers: CallerLock,
  ) {}

  /** @throws ScopeNotHeldError for a role with scopes that the caller lacks, and the errors of `add`. */
  async create(ctx: RequestContext, user: CreateUserDto): Promise<UserRow> {
    assertHoldsAllOf(ctx, user.role);
    const passwordHash = await this.hashNew(user.password, '/password');
    return this.database.transaction(ctx, async () => {
      await this.callers.lock(ctx, 'users:manage');
      assertHoldsAllOf(ctx, user.role);
      return this.insert(ctx, user, passwordHash);
    });
  }

  /**
   * Creates a user without checking the caller's scopes.
   * @param actor who does it, if the context has no principal.
   * @throws EmailTakenError, ValidationFailedError for a common password.
   */
  async add(
    ctx: TransactionContext,
    user: Pick<CreateUserDto, 'email' | 'role' | 'password'>,
    actor?: AuditActor,
  ): Promise<UserRow> {
    const passwordHash = await this.hashNew(user.password, '/password');
    return this.database.transaction(ctx, () => this.insert(ctx, user, passwordHash, actor));
  }

  /** Returns a page of users, newest first. */
  async list(
    ctx: RequestContext,
    { limit, cursor, email, role, disabled }: ListUsersQuery,
  ): Promise<Page<UserRow>> {
    const filters = { email, role, disabled } satisfies Bound;
    const [beforeId] = cursors.read(cursor, filters) ?? [];
    const rows = await this.users.list(ctx, filters, beforeId, limit + 1);
    return cursors.page(rows, limit, filters, (row) => [row.id]);
  }

  /** @throws UserNotFoundError */
  async get(ctx: RequestContext, id: string): Promise<UserRow> {
    const row = await this.users.find(ctx, id);
    if (!row) throw new UserNotFoundError();
    return row;
  }

  /**
   * Changes a user's role, disables or enables them, or sets their password. Disabling and a new password end their
   * sessions; a new password also lifts their sign-in throttle. Revokes the API keys that they created, if requested.
   * @throws UserNotFoundError, PreconditionRequiredError, PreconditionFailedError, LastAdministratorError,
   * ScopeNotHeldError if the user's old or new role or a key has scopes that the caller lacks, ValidationFailedError
   *   for a common password and for the caller's own.
   */
  async change(ctx: RequestContext, id: string, change: ChangeUserDto): Promise<UserRow> {
    const { role, disabled, password, revoke_api_keys: revokeKeys } = change;
    if (password !== undefined && ctx.principal.userId === id) throw ownPassword();
    const passwordHash = password === undefined ? undefined : await this.hashNew(password, '/password');
    return this.database.transaction(ctx, async () => {
      await this.users.lockAll(ctx);
      await this.callers.lock(ctx, 'users:manage');
      const before = await this.get(ctx, id);
      for (const held of [before.role, role ?? before.role]) assertHoldsAllOf(ctx, held);
      requireIfMatch(ctx, toUserDto(before));
      const after = await this.apply(ctx, before, { role, disabled, passwordHash });
      // The update locks the user. A concurrent transaction that creates a key for the user has committed, or waits and
      // finds the user disabled.
      if (revokeKeys) await this.keys.revokeMadeBy(ctx, id);
      return after;
    });
  }

  /**
   * Deletes the counts of a user's failed sign-ins, so that the user can sign in at once. Does nothing if there
   * are none.
   * @throws UserNotFoundError, ScopeNotHeldError if the user has scopes that the caller lacks, PreconditionFailedError
   */
  async liftThrottle(ctx: RequestContext, id: string): Promise<void> {
    await this.database.transaction(ctx, async () => {
      const user = await this.users.lockShared(ctx, id);
      if (!user) throw new UserNotFoundError();
      assertHoldsAllOf(ctx, user.role);
      checkIfMatch(ctx, undefined);
      const lifted = await this.throttle.lift(ctx, user.email);
      if (lifted > 0)
        await this.audit.record(ctx, { action: 'user.throttle_lifted', target: { kind: 'user', id } });
    });
  }

  /**
   * Sets a user's password without checking the caller's scopes. Ends the user's sessions and lifts the sign-in
   * throttle of the account.
   * @param actor who sets it, if the context has no principal.
   * @throws UserNotFoundError, ValidationFailedError for a common password.
   */
  async resetPassword(
    ctx: TransactionContext,
    { email, password }: Pick<CreateUserDto, 'email' | 'password'>,
    actor?: AuditActor,
  ): Promise<void> {
    const passwordHash = await this.hashNew(password, '/password');
    await this.database.transaction(ctx, async () => {
      await this.users.lockAll(ctx);
      const user = await this.users.findByEmail(ctx, email.toLowerCase());
      if (!user) throw new UserNotFoundError();
      await this.apply(ctx, user, { passwordHash }, actor);
    });
  }

  /** Hashes a password that a person chose. @throws ValidationFailedError if it is common. */
  async hashNew(password: string, pointer: string): Promise<string> {
    if (await isCommonPassword(password))
      throw ValidationFailedError.at(
        pointer,
        'common_password',
        'This password is too common. Choose another one.',
      );
    return this.hasher.hash(password);
  }

  private async insert(
    ctx: TransactionContext,
    { email, role }: Pick<CreateUserDto, 'email' | 'role'>,
    passwordHash: string,
    actor?: AuditActor,
  ): Promise<UserRow> {
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
  }

  /**
   * Changes a user in the open transaction: checks for the last administrator, ends sessions, lifts the throttle,
   * records entries.
   */
  private async apply(
    ctx: TransactionContext,
    before: UserRow,
    change: { role?: Role; disabled?: boolean; passwordHash?: string },
    actor?: AuditActor,
  ): Promise<UserRow> {
    const isReset = change.passwordHash !== undefined;
    const after = await this.users.update(ctx, before.id, change);
    if (!isActiveAdministrator(after) && isActiveAdministrator(before))
      await this.assertOtherAdministrator(ctx, after.id);
    if (isReset || after.disabledAt) await this.sessions.deleteOfUser(ctx, after.id);
    if (isReset) await this.throttle.lift(ctx, after.email);
    for (const done of changesOf(before, after, isReset))
      await this.audit.record(ctx, { ...done, target: { kind: 'user', id: after.id }, actor });
    return after;
  }

  private async assertOtherAdministrator(ctx: TransactionContext, id: string): Promise<void> {
    if (!(await this.users.hasOtherAdministrator(ctx, id))) throw new LastAdministratorError();
  }
}

/** Returns the audit entries for a change to a user. */
function changesOf(
  before: UserRow,
  after: UserRow,
  isReset: boolean,
): { action: SessionsAuditAction; changes?: AuditChanges }[] {
  const changes: { action: SessionsAuditAction; changes?: AuditChanges }[] = [];
  if (before.role !== after.role)
    changes.push({ action: 'user.role_changed', changes: { role: { from: before.role, to: after.role } } });
  if (!before.disabledAt && after.disabledAt) changes.push({ action: 'user.disabled' });
  if (before.disabledAt && !after.disabledAt) changes.push({ action: 'user.enabled' });
  if (isReset) changes.push({ action: 'user.password_reset' });
  return changes;
}

// Otherwise, a stolen session could change the password without knowing the current one.
const ownPassword = (): ValidationFailedError =>
  ValidationFailedError.at(
    '/password',
    'own_password',
    'To change your own password, call POST /api/v1/auth/password with the current one.',
  );

const isActiveAdministrator = ({ role, disabledAt }: UserRow): boolean => role === 'admin' && !disabledAt;

function assertHoldsAllOf({ principal }: RequestContext, role: Role): void {
  const lacking = scopesLacking(principal, scopesOfRole(role));
  if (lacking.length > 0) throw new ScopeNotHeldError(lacking);
}
