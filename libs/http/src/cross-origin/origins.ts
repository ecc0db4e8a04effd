import type { FastifyRequest } from 'fastify';

/** The origins whose pages may use this API from a browser. */
export class Origins {
  private readonly own: string | undefined;
  private readonly allowed: ReadonlySet<string>;

  /**
   * @param publicUrl how browsers reach this API; without it, whatever host they name is taken for ours.
   * @param allowed further origins (`CORS_ORIGINS`).
   */
  constructor(publicUrl: string | undefined, allowed: readonly string[]) {
    this.own = publicUrl && new URL(publicUrl).origin;
    this.allowed = new Set(allowed);
  }

  /** Whether any other origin is allowed at all, so that replies differ by `Origin`. */
  get any(): boolean {
    return this.allowed.size > 0;
  }

  isAllowed(origin: string): boolean {
    return this.allowed.has(origin);
  }

  isOwn(origin: string, { protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>): boolean {
    return origin === (this.own ?? `${protocol}://${host}`.toLowerCase());
  }
}
