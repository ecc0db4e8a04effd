/** Returns the URL of an asset. */
type UrlOf = (name: AssetName) => string;

/** The files of both pages. This server serves them, so that the pages load nothing from a CDN. */
export const assetFiles = {
  'swagger-ui.css': { from: 'swagger-ui-dist/swagger-ui.css', type: 'text/css; charset=utf-8' },
  'swagger-ui.js': { from: 'swagger-ui-dist/swagger-ui-bundle.js', type: 'text/javascript; charset=utf-8' },
  'redoc.js': { from: 'redoc/bundles/redoc.standalone.js', type: 'text/javascript; charset=utf-8' },
} as const;

/** Our own scripts. They are files because the content security policy forbids inline scripts. */
export const ownScripts = {
  'start-swagger-ui.js': `const readable = ({ React: { createElement, useState } }) => ({
  wrapComponents: {
    // Most of an operation's page is its error replies: each is one line until it is opened.
    response: (Response) => (props) => {
      const [isOpen, setOpen] = useState(false);
      if (isOpen || !/^[45]/.test(props.code)) return createElement(Response, props);
      const open = { type: 'button', className: 'closed-response', onClick: () => setOpen(true) };
      return createElement('tr', { className: 'response', 'data-code': props.code },
        createElement('td', { className: 'response-col_status' }, props.code),
        createElement('td', { className: 'response-col_description' },
          createElement('button', open, '▸ ', props.response.get('description').replaceAll('\`', ''))),
        createElement('td'));
    },
    // A page cannot set a Cookie header, so there is nothing to enter.
    apiKeyAuth: (ApiKeyAuth) => (props) =>
      props.schema.get('in') === 'cookie'
        ? createElement('div', { className: 'cookie-auth' }, createElement('h4', null, 'Session cookie'),
            createElement('p', null, 'Execute POST /api/v1/sessions or POST /api/v1/auth/login on this page. Your browser keeps the cookie and sends it.'))
        : createElement(ApiKeyAuth, props),
  },
});
SwaggerUIBundle({
  plugins: [readable],
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

/** Both pages load scripts and data from this server only. They use inline styles, and ReDoc searches in a worker. */
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

/** Swagger UI, for trying out operations. */
export const swaggerUiPage = (url: UrlOf): string =>
  page('Waybill: Swagger UI', ['swagger-ui.css'], ['swagger-ui.js', 'start-swagger-ui.js'], url);

/** ReDoc, for reading. */
export const redocPage = (url: UrlOf): string =>
  page('Waybill: ReDoc', [], ['redoc.js', 'start-redoc.js'], url);

const STYLE =
  'body { margin: 0 } .closed-response { border: 0; padding: 0; background: none; color: inherit; font: inherit; text-align: left; cursor: pointer } .auth-container:has(.cookie-auth) .auth-btn-wrapper { display: none }';

function page(title: string, styles: AssetName[], scripts: AssetName[], url: UrlOf): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>
    <link rel="icon" href="data:," />
${styles.map((name) => `    <link rel="stylesheet" href="${url(name)}" />\n`).join('')}    <style>${STYLE}</style>
  </head>
  <body>
    <div id="docs"></div>
${scripts.map((name) => `    <script src="${url(name)}"></script>\n`).join('')}  </body>
</html>
`;
}
