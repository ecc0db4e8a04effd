import type { FastifyInstance } from 'fastify';
import type { AccessRule } from '../access/access-rule';
import type { RouteFacts } from './route-facts';

/** One route of the API. `path` is in Fastify's notation: `/api/v1/packages/:id`. */
export interface Route extends Partial<RouteFacts> {
  readonly access: AccessRule;
  readonly method: string;
  readonly path: string;
}

/**
 * Every route that Fastify knows, with what it declares of itself. A route that declares no access rule refuses the boot:
 * nothing is open because somebody forgot. So does a write on one thing that does not honour `If-Match`.
 */
export class RouteTable {
  private readonly all: Route[] = [];

  /** Collects the routes that are registered from now on. */
  collect(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ method, url, config }) => {
      for (const verb of [method].flat()) {
        if (verb === 'HEAD') continue;
        const facts = (config ?? {}) as Partial<RouteFacts>;
        if (!facts.access) throw new Error(`${verb} ${url} declares no access rule`);
        if (facts.idempotent && facts.access === 'public')
          throw new Error(`${verb} ${url} is public, and an idempotency key belongs to an owner`);
        if (verb !== 'GET' && url.includes(':') && !facts.matched)
          throw new Error(`${verb} ${url} changes one thing, and must honour If-Match (@Matched)`);
        this.all.push({ ...facts, access: facts.access, method: verb, path: url });
      }
    });
  }

  get routes(): readonly Route[] {
    return this.all;
  }

  /** The methods that some route answers at this path, in the form of an `Allow` header; empty where there is none. */
  allowedMethods(path: string): string[] {
    const segments = segmentsOf(path);
    const methods = this.all
      .filter((route) => matches(segmentsOf(route.path), segments))
      .map((route) => route.method);
    return [
      ...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))),
    ].toSorted();
  }
}

const segmentsOf = (path: string): string[] => path.replace(/\/+$/, '').split('/');

const matches = (pattern: string[], segments: string[]): boolean =>
  pattern.length === segments.length &&
  pattern.every((part, index) => (part.startsWith(':') ? segments[index] !== '' : part === segments[index]));
