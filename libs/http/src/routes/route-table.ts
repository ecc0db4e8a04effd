import type { FastifyInstance } from 'fastify';
import type { AccessRule } from '../access/access-rule';
import { isDecodable } from '../requests/target';
import type { RouteMetadata } from './route-metadata';

/** One route of the API. `path` is in Fastify's notation: `/api/v1/packages/:id`. */
export interface Route extends Partial<RouteMetadata> {
  readonly access: AccessRule;
  readonly method: string;
  readonly path: string;
}

/**
 * Every route that Fastify knows, with what it declares of itself. A route that declares no access rule refuses the boot:
 * nothing is open because somebody forgot. So does a write on one thing that does not check `If-Match`.
 */
export class RouteTable {
  private readonly all: Route[] = [];
  /** The paths of the routes that are not limited. */
  readonly unlimitedPaths = new Set<string>();
  private router: Pick<FastifyInstance, 'findRoute'> | undefined;

  /** Collects the routes that are registered from now on. */
  collect(fastify: FastifyInstance): void {
    this.router = fastify;
    fastify.addHook('onRoute', ({ method, url, config }) => {
      for (const verb of [method].flat()) {
        if (verb === 'HEAD') continue;
        const metadata = (config ?? {}) as Partial<RouteMetadata>;
        if (!metadata.access) throw new Error(`${verb} ${url} declares no access rule`);
        if (metadata.idempotent && metadata.access === 'public')
          throw new Error(`${verb} ${url} is public, and an idempotency key belongs to an owner`);
        if (verb !== 'GET' && url.includes(':') && !metadata.matched)
          throw new Error(`${verb} ${url} changes one thing, and must check If-Match (@Matched)`);
        if (metadata.limit === 'none') this.unlimitedPaths.add(url);
        this.all.push({ ...metadata, access: metadata.access, method: verb, path: url });
      }
    });
  }

  get routes(): readonly Route[] {
    return this.all;
  }

  /** The methods that some route answers, in the order of an `Allow` header. */
  get methods(): string[] {
    const methods = this.all.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    return [...new Set(methods)].toSorted();
  }

  /** Those of them that the router has a route for at this path; none where it can't be decoded. */
  allowedMethods(url: string): string[] {
    if (!isDecodable(url)) return [];
    return this.methods.filter((method) => this.router?.findRoute({ method, url }));
  }
}

/** Whether a route shows one resource, so that its caller may have it already. */
export const isTaggedRead = ({ method, tagged }: Route): boolean => tagged === true && method === 'GET';
