import { Inject, Injectable } from '@nestjs/common';
import { AuditService } from '@waybill/audit';
import { CONFIG, type Config } from '@waybill/config';
import { type RequestContext, ValidationFailedError } from '@waybill/core';
import { Database } from '@waybill/database';
import { hashSecret } from '../api-keys/api-key-format';
import { deviceOf, newIdentity } from '../sessions/session-token';
import { type SessionRow, SessionsRepository } from '../sessions/sessions.repository';
import { isSamePassword, PasswordHasher } from '../users/password-hasher';
import { type UserCredentials, type UserRow, UsersRepository } from '../users/users.repository';
import { UsersService } from '../users/users.service';
import type { ChangePasswordDto, LoginDto } from './auth.dto';
import { LoginFailedError, NoPasswordError } from './auth.errors';
import { FailedSignIns, type SignInFailure } from './failed-sign-ins';
import { type KnownDevice, KnownDevices } from './known-devices';
import { LoginThrottle } from './login-throttle';

/** Cookies that a browser may present when a user signs in. */
export interface PresentedTokens {
  session?: string | undefined;
  device?: string | undefined;
}

/** Tokens for the browser after a sign-in. Only this object holds them. */
export interface SignedIn {
  session: SessionRow;
  token: string;
  device: KnownDevice;
}

/** Signs users in, and changes their own passwords. */
@Injectable()
export class AuthService {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'staffSessions'>,
    private readonly database: Database,
    private readonly users: UsersRepository,
    private readonly sessions: SessionsRepository,
    private readonly passwords: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly throttle: LoginThrottle,
    private readonly devices: KnownDevices,
    private readonly audit: AuditService,
    private readonly failures: FailedSignIns,
  ) {}

  /**
   * Signs a user in with a new session, which replaces the presented one and takes over its data. The route's guard has
   * already counted the attempt for the address.
   * @throws LoginThrottledError before the password is checked; LoginFailedError, always after exactly one
   *   verification.
   */
  async login(
    ctx: RequestContext,
    { email, password }: LoginDto,
    presented: PresentedTokens,
  ): Promise<SignedIn> {
    const account = email.toLowerCase();
    const device = await this.devices.recognise(ctx, presented.device, account);
    const attempt = { account, address: ctx.address, device };
    await this.throttle.admit(attempt);
    const known = await this.users.findCredentials(ctx, { email: account });
    const isRight = await this.hasher.verify(known?.passwordHash, password);
    if (!known || !isRight || known.disabledAt)
      return this.fail(ctx, known, isRight ? 'disabled_user' : 'wrong_password');
    const opened = await this.database.transaction(ctx, async () => {
      // A concurrent change to the user waits for this transaction, and then ends this session too.
      const user = await this.users.lockSharedIfUnchanged(ctx, known.id, known.passwordHash);
      if (!user) return undefined;
      const rotated = await this.rotate(ctx, user, presented.session);
      return { ...rotated, device: await this.devices.remember(ctx, user.id, device) };
    });
    if (!opened) return this.fail(ctx, known, 'changed_user');
    await this.throttle.succeeded(attempt);
    return opened;
  }

  private async fail(
    ctx: RequestContext,
    known: UserCredentials | undefined,
    reason: SignInFailure,
  ): Promise<never> {
    await this.failures.note(ctx, known ? reason : 'unknown_user', known?.id);
    throw new LoginFailedError();
  }

  /**
   * Changes the caller's own password and ends their other sessions.
   * @throws NoPasswordError for a caller that is not a user, LoginThrottledError, ValidationFailedError if the current
   *   password is wrong, or if the new one is common or unchanged.
   */
  async changePassword(
    ctx: RequestContext,
    { current_password: currentPassword, new_password: newPassword }: ChangePasswordDto,
  ): Promise<void> {
    const { userId, id: sessionId } = ctx.principal;
    const known = userId === undefined ? undefined : await this.users.findCredentials(ctx, { id: userId });
    if (!known) throw new NoPasswordError();
    await this.throttle.admitSession(sessionId);
    if (!(await this.hasher.verify(known.passwordHash, currentPassword))) throw wrongPassword();
    await this.throttle.sessionSucceeded(sessionId);
    if (isSamePassword(newPassword, currentPassword)) throw unchangedPassword();
    const passwordHash = await this.passwords.hashNew(newPassword, '/new_password');
    await this.database.transaction(ctx, async () => {
      await this.users.lockAll(ctx);
      if (!(await this.users.lockSharedIfUnchanged(ctx, known.id, known.passwordHash))) throw wrongPassword();
      await this.users.update(ctx, known.id, { passwordHash });
      await this.sessions.deleteOfUser(ctx, known.id, sessionId);
      await this.audit.record(ctx, {
        action: 'user.password_changed',
        target: { kind: 'user', id: known.id },
      });
    });
  }

  /** Deletes the old session, so that an attacker who planted or saw its token gains nothing (session fixation). */
  private async rotate(
    ctx: RequestContext,
    user: UserRow,
    presentedToken: string | undefined,
  ): Promise<{ session: SessionRow; token: string }> {
    const old = presentedToken && (await this.sessions.findByTokenHash(ctx, hashSecret(presentedToken)));
    const ended = old && (await this.sessions.delete(ctx, old.id)) ? old : undefined;
    const keepsOwner = ended?.userId === null && (await this.users.linkOwner(ctx, user.id, ended.ownerId));
    const { token, ...identity } = newIdentity();
    const ownerId = keepsOwner ? ended.ownerId : user.ownerId;
    const session = await this.sessions.insert(ctx, {
      ...identity,
      ownerId,
      userId: user.id,
      device: deviceOf(ctx.userAgent),
      ttlHours: this.config.staffSessions.ttlHours,
    });
    await this.audit.record(ctx, {
      action: 'session.signed_in',
      target: { kind: 'session', id: session.id },
      changes: { replaces: ended?.id ?? null },
      actor: { kind: 'staff', id: session.id, userId: user.id, ownerId },
    });
    return { session, token };
  }
}

const wrongPassword = (): ValidationFailedError =>
  ValidationFailedError.at('/current_password', 'wrong_password', 'This is not your current password.');

const unchangedPassword = (): ValidationFailedError =>
  ValidationFailedError.at('/new_password', 'unchanged_password', 'This is already your current password.');
