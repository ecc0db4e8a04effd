import { DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import { tags } from './tags';

/** The version of the contract under `/api/v1`. */
const API_VERSION = '1.0.0';

const DESCRIPTION = `
The back office of an international delivery company: it registers packages and prices them from the Bank of Russia's
official rate, and knows who is calling.

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

/** What the document says of the API as a whole. */
export function baseDocument(): Omit<OpenAPIObject, 'paths'> {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Waybill')
    .setVersion(API_VERSION)
    .setDescription(DESCRIPTION)
    .addServer('/', 'The server that this document came from')
    .addSecurity('apiKey', { type: 'http', scheme: 'bearer', description: 'An API key.' })
    .addSecurity('session', {
      type: 'apiKey',
      in: 'cookie',
      name: 'waybill_session',
      description: 'The cookie of a session; over TLS its name is `__Host-waybill_session`.',
    });
  for (const [name, description] of Object.entries(tags)) builder.addTag(name, description);
  const base = builder.build();
  return {
    ...base,
    info: { ...base.info, contact: undefined, license: { name: 'MIT', identifier: 'MIT' } } as never,
  };
}
