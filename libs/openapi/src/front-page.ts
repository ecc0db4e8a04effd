/** Where somebody who has only the server's address can go on. */
const LINKS: readonly { path: string; title: string; says: string }[] = [
  { path: '/api/openapi', title: 'Swagger UI', says: 'every operation, to try out' },
  { path: '/api/redoc', title: 'ReDoc', says: 'every operation, to read' },
  { path: '/api/openapi.json', title: 'OpenAPI 3.1', says: 'the document, for programs' },
  { path: '/readme', title: 'README', says: 'what Waybill is, and a walk-through' },
  { path: '/livez', title: 'livez', says: 'whether the process lives' },
  { path: '/readyz', title: 'readyz', says: 'whether it can serve' },
];

const INTRODUCTION =
  'Waybill is the back office of an international delivery company. Its API is under /api/v1.';

/** For a browser. */
export const frontPage = (): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Waybill</title>
    <link rel="icon" href="data:," />
    <style>
      body { max-width: 40rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.6 system-ui, sans-serif }
      dt { margin-top: 0.75rem; font-weight: 600 }
      dd { margin: 0 }
    </style>
  </head>
  <body>
    <main>
      <h1>Waybill</h1>
      <p>${INTRODUCTION}</p>
      <dl>
${LINKS.map(({ path, title, says }) => `        <dt><a href="${path}">${title}</a></dt>\n        <dd>${says}</dd>\n`).join('')}      </dl>
    </main>
  </body>
</html>
`;

/** For curl, with addresses to paste. @param origin of this server, as it was called */
export function frontLines(origin: string): string {
  const width = Math.max(...LINKS.map(({ path }) => path.length));
  const lines = LINKS.map(({ path, says }) => `${origin}${path.padEnd(width)}  ${says}`);
  return `${INTRODUCTION}\n\n${lines.join('\n')}\n`;
}
