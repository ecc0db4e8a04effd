import { DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import { scopeDefinitions } from '@waybill/core';

/** Description of an application's API. */
export interface ApiInfo {
  title: string;
  version: string;
  /** Markdown. */
  description: string;
  /** Tags that the modules contribute, each with a description. */
  tags: Readonly<Record<string, string>>;
}

const OPERATIONS = { operations: 'Health, metrics and this document.' };

/** Returns every tag that a route may have. A route with another tag fails the boot. */
export const tagsOf = ({ tags }: ApiInfo): Readonly<Record<string, string>> => ({ ...tags, ...OPERATIONS });

const scopesSection = (): string =>
  ['## Scopes\n', ...scopeDefinitions.map(({ name, description }) => `- \`${name}\`: ${description}`)].join(
    '\n',
  );

/** Returns the parts of the document that describe the API as a whole. */
export function baseDocument(about: ApiInfo): Omit<OpenAPIObject, 'paths'> {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(about.title)
    .setVersion(about.version)
    .setDescription(`${about.description}\n\n${scopesSection()}`)
    .addServer('/', 'The server that serves this document')
    .addSecurity('apiKey', {
      type: 'http',
      scheme: 'bearer',
      description: 'An API key, such as `waybill_4fGh2K…`.',
    })
    .addSecurity('session', {
      type: 'apiKey',
      in: 'cookie',
      name: 'waybill_session',
      description: 'A session cookie. Over TLS its name is `__Host-waybill_session`.',
    });
  for (const [name, description] of Object.entries(tagsOf(about))) builder.addTag(name, description);
  const base = builder.build();
  const contact = { name: 'Waybill contributors' };
  return { ...base, info: { ...base.info, contact, license: { name: 'MIT', identifier: 'MIT' } } as never };
}
