import { DefaultNamingStrategy } from 'typeorm';

/** Names columns in snake_case: `weightKg` is `weight_kg`. A name that an entity states is kept. */
export class SnakeNaming extends DefaultNamingStrategy {
  override columnName(property: string, stated: string, embeddedPrefixes: string[]): string {
    return snakeCase([...embeddedPrefixes, stated || property].join('_'));
  }

  override joinColumnName(relation: string, referencedColumn: string): string {
    return snakeCase(`${relation}_${referencedColumn}`);
  }
}

// A digit belongs to the word before it: `documentSha256` is `document_sha256`.
const snakeCase = (name: string): string =>
  name.replaceAll(/(?<=[a-z\d])[A-Z]|(?<=[A-Z])[A-Z](?=[a-z])/g, '_$&').toLowerCase();
