import { DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import { scopeDefinitions } from '@waybill/core';

/** The version of the contract under `/api/v1`. */
const API_VERSION = '1.0.0';

/** What the application says of its API. */
export interface ApiAbout {
  title: string;
  /** What it is for: the first paragraph of the document. */
  summary: string;
  /** The tags that its modules contribute, with a description each. */
  tags: Readonly<Record<string, string>>;
}

const OPERATIONS = { operations: 'How a process is, and the description of this API.' };

/** Every tag that a route may have. A route under any other tag refuses the boot. */
export const tagsOf = ({ tags }: ApiAbout): Readonly<Record<string, string>> => ({ ...tags, ...OPERATIONS });

const CONVENTIONS = `
**Who calls.** A customer is an anonymous session: \`POST /api/v1/sessions\` sets its cookie. Staff and programs send an API
key as \`Authorization: Bearer …\`; with that header the cookie is ignored. Each operation names the scopes that it takes
(\`x-scopes\`; any one of them).

**Errors** are problem documents (RFC 9457). \`code\` is stable and made for programs, \`detail\` for people; each entry of
\`errors\` names a place: a \`pointer\` into the body, a query \`parameter\` or a \`header\`. Each operation lists the codes that it
can answer with. A path that does not exist is 404 \`route_not_found\`, another method 405 \`method_not_allowed\` with \`Allow\`.

**Values.** Money and weights are decimal strings, times are RFC 3339 in UTC. An amount that is computed, such as a cost, may be
larger than an amount that is sent: its schema says how large. Unknown fields, unknown query parameters, and null where a
schema does not name it are refused; so is a body of more than 2,000 fields and list items, or 16 levels. Lists are pages: \`next_cursor\` and the \`Link\` header lead to the next one. HEAD answers as GET does.

**Tracing.** Every reply carries \`X-Request-Id\`: yours, if the request brought one that holds no credential, or ours.
`.trim();

/** The scopes that an API key can be given. */
const scopesSection = (): string =>
  ['**Scopes.**', ...scopeDefinitions.map(({ name, description }) => `- \`${name}\`: ${description}`)].join(
    '\n',
  );

/** What the document says of the API as a whole. */
export function baseDocument(about: ApiAbout): Omit<OpenAPIObject, 'paths'> {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(about.title)
    .setVersion(API_VERSION)
    .setDescription([about.summary, CONVENTIONS, scopesSection()].join('\n\n'))
    .addServer('/', 'The server that this document came from')
    .addSecurity('apiKey', { type: 'http', scheme: 'bearer', description: 'An API key.' })
    .addSecurity('session', {
      type: 'apiKey',
      in: 'cookie',
      name: 'waybill_session',
      description: 'The cookie of a session; over TLS its name is `__Host-waybill_session`.',
    });
  for (const [name, description] of Object.entries(tagsOf(about))) builder.addTag(name, description);
  const base = builder.build();
  return {
    ...base,
    info: { ...base.info, contact: undefined, license: { name: 'MIT', identifier: 'MIT' } } as never,
  };
}
