import { scopes } from '@waybill/core';
import type { FastifyInstance } from 'fastify';
import type { AccessRule } from '../access/access-rule';
import { isDecodable } from '../requests/target';
import type { RouteMetadata } from './route-metadata';

/** One route of the API. `path` is in Fastify's notation: `/api/v1/things/:id`. */
export interface Route extends Partial<RouteMetadata> {
  readonly access: AccessRule;
  readonly method: string;
  readonly path: string;
}

/**
 * All registered routes with their metadata. A route without an access rule fails the boot, so that no route is public
 * by mistake. So does a write on one resource that does not check `If-Match`.
 */
export class RouteTable {
  private readonly all: Route[] = [];
  /** Paths of the routes without a rate limit. */
  readonly unlimitedPaths = new Set<string>();
  private router: Pick<FastifyInstance, 'findRoute'> | undefined;

  /** Collects the routes that are registered after this call. */
  collect(fastify: FastifyInstance): void {
    this.router = fastify;
    fastify.addHook('onRoute', ({ method, url, config }) => {
      for (const verb of [method].flat()) {
        if (verb === 'HEAD') continue;
        const metadata = (config ?? {}) as Partial<RouteMetadata>;
        if (!metadata.access) throw new Error(`${verb} ${url} has no access rule`);
        const unknown = requiredScopes(metadata.access).filter((scope) => !scopes.includes(scope));
        if (unknown.length > 0)
          throw new Error(`${verb} ${url} requires ${unknown.join(', ')}, which no module contributes`);
        if (metadata.idempotent && metadata.access === 'public')
          throw new Error(`${verb} ${url} is public; an idempotency key needs an owner`);
        if (verb !== 'GET' && url.includes(':') && !metadata.matched)
          throw new Error(`${verb} ${url} changes one resource; it must check If-Match (@Matched)`);
        if (metadata.limit === 'none') this.unlimitedPaths.add(url);
        this.all.push({ ...metadata, access: metadata.access, method: verb, path: url });
      }
    });
  }

  get routes(): readonly Route[] {
    return this.all;
  }

  /** Methods of all routes, in the order of an `Allow` header. */
  get methods(): string[] {
    const methods = this.all.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    return [...new Set(methods)].toSorted();
  }

  /** Methods that have a route at this path; empty if the path can't be decoded. */
  allowedMethods(url: string): string[] {
    // The look-up matches an empty segment as an ID, but the router does not.
    if (!isDecodable(url) || /^[^?#]*\/\//.test(url)) return [];
    return this.methods.filter((method) => this.router?.findRoute({ method, url }));
  }
}

const requiredScopes = (access: AccessRule): readonly string[] =>
  typeof access === 'object' ? access.scopes : [];

/** Whether a route returns one resource with an ETag, so that a conditional read can get a 304. */
export const isTaggedRead = ({ method, tagged }: Route): boolean => tagged === true && method === 'GET';
