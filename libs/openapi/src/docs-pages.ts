/** The address of an asset by its name. */
type UrlOf = (name: AssetName) => string;

/** The files that the two pages are made of: ours, and those of the packages, from this process alone. */
export const assetFiles = {
  'swagger-ui.css': { from: 'swagger-ui-dist/swagger-ui.css', type: 'text/css; charset=utf-8' },
  'swagger-ui.js': { from: 'swagger-ui-dist/swagger-ui-bundle.js', type: 'text/javascript; charset=utf-8' },
  'redoc.js': { from: 'redoc/bundles/redoc.standalone.js', type: 'text/javascript; charset=utf-8' },
} as const;

/** Scripts of ours: files, because the content security policy lets no script stand in a page. */
export const ownScripts = {
  'start-swagger-ui.js': `SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  validatorUrl: null,
});
`,
  'start-redoc.js': `Redoc.init('/api/openapi.json', { sortRequiredPropsFirst: true }, document.getElementById('docs'));
`,
} as const;

export type AssetName = keyof typeof assetFiles | keyof typeof ownScripts;

/** Both pages load scripts and data from here alone; they style by inline styles, and ReDoc searches in a worker. */
export const DOCS_CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  'worker-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Swagger UI, where operations can be tried out. */
export const swaggerUiPage = (url: UrlOf): string =>
  page('Waybill: Swagger UI', ['swagger-ui.css'], ['swagger-ui.js', 'start-swagger-ui.js'], url);

/** ReDoc, for reading. */
export const redocPage = (url: UrlOf): string =>
  page('Waybill: ReDoc', [], ['redoc.js', 'start-redoc.js'], url);

function page(title: string, styles: AssetName[], scripts: AssetName[], url: UrlOf): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>
    <link rel="icon" href="data:," />
${styles.map((name) => `    <link rel="stylesheet" href="${url(name)}" />\n`).join('')}    <style>body { margin: 0 }</style>
  </head>
  <body>
    <div id="docs"></div>
${scripts.map((name) => `    <script src="${url(name)}"></script>\n`).join('')}  </body>
</html>
`;
}
