import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LoginThrottle } from './login-throttle';

/**
 * Counts a sign-in request for its address before its body is validated: an invalid body counts as a failed sign-in.
 */
@Injectable()
export class LoginGuard implements CanActivate {
  constructor(private readonly throttle: LoginThrottle) {}

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    await this.throttle.admitAddress(execution.switchToHttp().getRequest<FastifyRequest>().context.address);
    return true;
  }
}
