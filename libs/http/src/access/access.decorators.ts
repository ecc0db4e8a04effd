import type { ScopeDefinition } from '@waybill/core';
import { declareRoute } from '../routes/route-metadata';

/** Declares that a route needs no credentials. */
export const Public = (): MethodDecorator => declareRoute({ access: 'public' });

/** Declares that any authenticated caller may call a route, for its own resources. */
export const Authenticated = (): MethodDecorator => declareRoute({ access: 'authenticated' });

/** Declares that customers may call a route for their own resources. Other callers need any of these scopes. */
export const AllowCustomersOr = (...scopes: ScopeDefinition[]): MethodDecorator =>
  declareRoute({ access: { customers: true, scopes: scopes.map(({ name }) => name) } });

/** Declares that only principals with any of these scopes may call a route. */
export const RequireScopes = (...scopes: ScopeDefinition[]): MethodDecorator =>
  declareRoute({ access: { customers: false, scopes: scopes.map(({ name }) => name) } });
