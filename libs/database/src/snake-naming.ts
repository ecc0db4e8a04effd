import { DefaultNamingStrategy } from 'typeorm';

/** Names columns in snake_case: `weightKg` becomes `weight_kg`. Keeps a name that an entity sets. */
export class SnakeNaming extends DefaultNamingStrategy {
  override columnName(property: string, explicitName: string, embeddedPrefixes: string[]): string {
    return snakeCase([...embeddedPrefixes, explicitName || property].join('_'));
  }

  override joinColumnName(relation: string, referencedColumn: string): string {
    return snakeCase(`${relation}_${referencedColumn}`);
  }
}

// A digit belongs to the preceding word: `documentSha256` becomes `document_sha256`.
const snakeCase = (name: string): string =>
  name.replaceAll(/(?<=[a-z\d])[A-Z]|(?<=[A-Z])[A-Z](?=[a-z])/g, '_$&').toLowerCase();
