/** Name of a permission. */
export type Scope = string;

/** A permission that a module contributes in its manifest. */
export interface ScopeDefinition<Role extends string = string> {
  readonly name: Scope;
  /** Description, in one sentence. */
  readonly description: string;
  /** Staff roles that have the scope. Administrators have every scope. */
  readonly roles: readonly Role[];
}

/** Scopes of a module, by the names that its routes use. */
export type ScopeDefinitions<Role extends string = string> = Readonly<Record<string, ScopeDefinition<Role>>>;

const registered: ScopeDefinition[] = [];
const names: Scope[] = [];
const unique = new Set<Scope>();
const byRole = new Map<string, Set<Scope>>();

/** All registered scopes, in the order of registration. Extended in place, because decorators keep a reference to it. */
export const scopes: readonly Scope[] = names;
export const scopeDefinitions: readonly ScopeDefinition[] = registered;
export const allScopes: ReadonlySet<Scope> = unique;
/** The scopes of each role. Administrators are not in it, because they have every scope. */
export const scopesByRole: ReadonlyMap<string, ReadonlySet<Scope>> = byRole;

/** Registers the scopes that modules contribute. @throws Error if a scope is already registered. */
export function registerScopes(contributed: ScopeDefinitions): void {
  for (const definition of Object.values(contributed)) {
    if (unique.has(definition.name)) throw new Error(`Two scopes are named ${definition.name}`);
    registered.push(definition);
    names.push(definition.name);
    unique.add(definition.name);
    for (const role of definition.roles)
      byRole.set(role, (byRole.get(role) ?? new Set()).add(definition.name));
  }
}
