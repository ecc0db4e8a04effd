import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LoginThrottle } from './login-throttle';

/**
 * Counts a request to sign in for its address, before its body is validated: a body that breaks the rules counts as a
 * sign-in that failed.
 */
@Injectable()
export class LoginGuard implements CanActivate {
  constructor(private readonly throttle: LoginThrottle) {}

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    await this.throttle.admitAddress(execution.switchToHttp().getRequest<FastifyRequest>().context.address);
    return true;
  }
}
