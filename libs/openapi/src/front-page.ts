/** Links on the page at the root URL. */
const LINKS: readonly { path: string; title: string; description: string }[] = [
  { path: '/api/openapi', title: 'Swagger UI', description: 'try out every operation' },
  { path: '/api/redoc', title: 'ReDoc', description: 'read about every operation' },
  { path: '/api/openapi.json', title: 'OpenAPI 3.1', description: 'the document for client generators' },
  { path: '/readme', title: 'README', description: 'what Waybill is, with a walk-through' },
  { path: '/livez', title: 'livez', description: 'whether the process is alive' },
  { path: '/readyz', title: 'readyz', description: 'whether it is ready for requests' },
];

const INTRODUCTION =
  'Waybill is the back office of an international delivery company. Its API is under /api/v1.';

/** Returns the page for a browser. */
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
${LINKS.map(({ path, title, description }) => `        <dt><a href="${path}">${title}</a></dt>\n        <dd>${description}</dd>\n`).join('')}      </dl>
    </main>
  </body>
</html>
`;

/** Returns the page for curl, with complete URLs. @param origin the server's origin, as requested */
export function frontPageText(origin: string): string {
  const width = Math.max(...LINKS.map(({ path }) => path.length));
  const lines = LINKS.map(({ path, description }) => `${origin}${path.padEnd(width)}  ${description}`);
  return `${INTRODUCTION}\n\n${lines.join('\n')}\n`;
}
