import { projectVersion } from '@waybill/core';
import type { ApiInfo } from '@waybill/openapi';
import { modules } from './modules';

const DESCRIPTION = `
Waybill is the back office of an international delivery company. It registers packages and prices them from the official
exchange rates of the Bank of Russia. It also keeps a catalog of items, stores orders from shops, and handles support tickets.

## Authentication

**API key.** Programs send \`Authorization: Bearer <key>\`. There are three ways to get a key:

- If you run the server, read the administrator's key (\`cat .data/admin.key\`), or set \`BOOTSTRAP_ADMIN_KEY\`.
- On the server's machine, run \`npm run admin -- create-key --name my-program --scopes packages:read\`.
- With a key or a user that has the scope \`keys:manage\`, call \`POST /api/v1/api-keys\`.

**Session cookie.** A customer calls \`POST /api/v1/sessions\`, which sets an HttpOnly cookie. Staff sign in with
\`POST /api/v1/auth/login\`. Browsers send the cookie automatically. Other clients need a cookie jar:

- curl: \`-c cookies.txt\` saves the cookie and \`-b cookies.txt\` sends it.
- Node.js: \`npm install fetch-cookie\`, then \`const fetch = makeFetchCookie(globalThis.fetch)\`, and pass this \`fetch\` to your
  generated client. Create one jar per customer.

If a request has an \`Authorization\` header, its cookies are ignored. In each operation, \`x-scopes\` lists the accepted
scopes; one of them is enough. Customers have no scopes. They can read the catalog, and access only their own packages,
orders and tickets.

## Requests

- Money and weights are decimal strings: \`"10.99"\`. Times are RFC 3339 in UTC.
- Unknown fields and unknown query parameters are errors. \`null\` is an error too, unless the schema allows it.
- A body holds at most 2,000 fields and list items, nested at most 16 levels deep.
- Lists are paginated. Pass \`next_cursor\` as \`cursor\` to get the next page, or follow the \`Link\` header.
- HEAD works on every path that supports GET.

## Errors

Every error is an \`application/problem+json\` document (RFC 9457) with the schema \`Problem\`. Use \`code\` in programs and show
\`detail\` to people. Each operation lists its codes by status. An unknown path returns 404 \`route_not_found\`. An unsupported
method returns 405 \`method_not_allowed\`; the \`Allow\` header lists the supported methods.

## Request IDs

Every reply has an \`X-Request-Id\` header. You can send your own; it must not contain a secret.
`.trim();

/** Describes Waybill in the OpenAPI document. */
export const about: ApiInfo = {
  title: 'Waybill',
  version: projectVersion(),
  description: DESCRIPTION,
  tags: modules.tags,
};
