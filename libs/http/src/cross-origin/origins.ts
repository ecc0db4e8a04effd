import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

type Reached = Pick<FastifyRequest, 'protocol' | 'host' | 'headers' | 'ips'>;

/** The origins whose pages may use this API from a browser. */
export class Origins {
  private readonly own: string | undefined;
  private readonly allowed: ReadonlySet<string>;

  /**
   * @param publicUrl how browsers reach this API; without it, by a name or an address that is surely ours.
   * @param allowed further origins (`CORS_ORIGINS`).
   * @param listenedHost where this process listens (`HOST`).
   */
  constructor(
    publicUrl: string | undefined,
    allowed: readonly string[],
    private readonly listenedHost: string,
  ) {
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

  isOwn(origin: string, request: Reached): boolean {
    if (this.own !== undefined) return origin === this.own;
    return origin === `${request.protocol}://${request.host}`.toLowerCase() && this.isOurs(request);
  }

  // A name that somebody else owns may be made to lead here (DNS rebinding). An address needs no name, `localhost` none
  // but this machine's, and what a trusted proxy says that it was reached by is the operator's word.
  private isOurs({ host, headers, ips = [] }: Reached): boolean {
    if (ips.length > 1 && headers['x-forwarded-host'] !== undefined) return true;
    const name = host.toLowerCase().replace(/:\d*$/, '');
    return (
      ['localhost', this.listenedHost.toLowerCase()].includes(name) || isIP(name.replace(/^\[|\]$/g, '')) > 0
    );
  }
}
