import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

type Reached = Pick<FastifyRequest, 'protocol' | 'host' | 'headers' | 'ips'>;

/** Origins whose pages may use this API from a browser. */
export class Origins {
  private readonly own: string | undefined;
  private readonly allowed: ReadonlySet<string>;

  /**
   * @param publicUrl public URL of this API; if unset, accepts only names and addresses that certainly belong to this
   *   API.
   * @param allowed additional origins (`CORS_ORIGINS`).
   * @param listenedHost address that this process listens on (`HOST`).
   */
  constructor(
    publicUrl: string | undefined,
    allowed: readonly string[],
    private readonly listenedHost: string,
  ) {
    this.own = publicUrl && new URL(publicUrl).origin;
    this.allowed = new Set(allowed);
  }

  /** Whether any other origin is allowed, so that replies vary by `Origin`. */
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

  // An attacker may own a name that resolves to this server (DNS rebinding). Safe hosts are IP addresses, `localhost`,
  // the host that this process listens on, and the host that a trusted proxy reports.
  private isOurs({ host, headers, ips = [] }: Reached): boolean {
    if (ips.length > 1 && headers['x-forwarded-host'] !== undefined) return true;
    const name = host.toLowerCase().replace(/:\d*$/, '');
    return (
      ['localhost', this.listenedHost.toLowerCase()].includes(name) || isIP(name.replace(/^\[|\]$/g, '')) > 0
    );
  }
}
