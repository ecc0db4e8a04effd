/** The name of a permission. */
export type Scope = string;

/** A permission that a module contributes in its manifest. */
export interface ScopeDefinition<Role extends string = string> {
  readonly name: Scope;
  /** What it permits, in one sentence. */
  readonly description: string;
  /** The staff roles that hold it. Administrators hold every scope. */
  readonly roles: readonly Role[];
}

/** The scopes of a module, by the names that its routes use. */
export type ScopeDefinitions<Role extends string = string> = Readonly<Record<string, ScopeDefinition<Role>>>;

const registered: ScopeDefinition[] = [];
const names: Scope[] = [];

/** Every registered scope, in the order of registration. It grows: decorators may hold on to it. */
export const scopes: readonly Scope[] = names;
export const scopeDefinitions: readonly ScopeDefinition[] = registered;

/** Registers the scopes that modules contribute. @throws Error for a scope that is registered already. */
export function registerScopes(contributed: ScopeDefinitions): void {
  for (const definition of Object.values(contributed)) {
    if (names.includes(definition.name)) throw new Error(`Two scopes are named ${definition.name}`);
    registered.push(definition);
    names.push(definition.name);
  }
}
