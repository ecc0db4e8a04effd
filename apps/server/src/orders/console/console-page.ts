/** Allows scripts and styles from this server only. */
export const CONSOLE_CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** The page that shows an order. */
export const consolePage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Orders · Waybill</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/console/orders.css" />
    <script type="module" src="/console/orders.js"></script>
  </head>
  <body>
    <main>
      <h1>Orders</h1>
      <form id="search">
        <label for="order-uid">Order UID</label>
        <div class="row">
          <input id="order-uid" name="order_uid" required maxlength="128" autocomplete="off" spellcheck="false" autofocus />
          <button>Show</button>
        </div>
      </form>
      <form id="sign-in" hidden>
        <h2>Sign in</h2>
        <p>You need a staff account with the scope <code>orders:read</code>.</p>
        <label for="email">Email</label>
        <input id="email" name="email" type="email" required autocomplete="username" />
        <label for="password">Password</label>
        <input id="password" name="password" type="password" required autocomplete="current-password" />
        <button>Sign in</button>
      </form>
      <p id="message" role="status" aria-live="polite"></p>
      <article id="order" hidden></article>
    </main>
  </body>
</html>
`;

export const consoleStyle = `:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent) }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif }
h1 { margin-bottom: 1rem }
form { max-width: 32rem; margin-bottom: 1.5rem }
label { display: block; margin-top: 0.75rem; font-weight: 600 }
input, button { font: inherit; padding: 0.5rem 0.75rem; border: 1px solid var(--line); border-radius: 0.375rem }
input { width: 100%; box-sizing: border-box }
button { margin-top: 0.75rem; cursor: pointer }
.row { display: flex; gap: 0.5rem }
.row button { margin-top: 0 }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px }
#message { font-weight: 600 }
#message:empty { display: none }
section { margin: 1.5rem 0 }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: 0.25rem 1.5rem; margin: 0 }
dt { opacity: 0.75 }
dd { margin: 0; overflow-wrap: anywhere }
.table { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { padding: 0.4rem 0.75rem 0.4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
pre { overflow-x: auto; padding: 1rem; border: 1px solid var(--line); border-radius: 0.375rem }
`;

/** Shows an order, or a form to sign in. Inserts values as text only, so that an order can't add markup to the page. */
export const consoleScript = `const byId = (id) => document.getElementById(id);
const search = byId('search');
const signIn = byId('sign-in');
const message = byId('message');
const article = byId('order');
let latest = 0;

function element(name, content, className) {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.append(...[content ?? []].flat());
  return node;
}

const showMessage = (text) => { message.textContent = text; };
const formatValue = (value) => (value === null || value === '' ? '–' : typeof value === 'object' ? moneyOf(value) : String(value));
const moneyOf = (value) => 'amount' in value && 'currency' in value ? value.amount + ' ' + value.currency : JSON.stringify(value);
const labelOf = (field) => field.charAt(0).toUpperCase() + field.slice(1).replaceAll('_', ' ');
const isPlain = (value) => value === null || typeof value !== 'object';

function fields(object) {
  return element('dl', Object.entries(object).flatMap(([field, value]) =>
    [element('dt', labelOf(field)), element('dd', formatValue(value))]));
}

function section(title, content) {
  return element('section', [element('h3', title), content]);
}

function itemsTable(items) {
  const columns = [...new Set(items.flatMap((item) => Object.keys(item)))];
  const isNumber = (column) => items.every((item) => typeof item[column] === 'number');
  const head = element('tr', columns.map((column) => {
    const cell = element('th', labelOf(column), isNumber(column) ? 'number' : '');
    cell.scope = 'col';
    return cell;
  }));
  const rows = items.map((item) => element('tr', columns.map((column) =>
    element('td', column in item ? formatValue(item[column]) : '', isNumber(column) ? 'number' : ''))));
  const table = element('table', [element('thead', head), element('tbody', rows)]);
  const scrolled = element('div', table, 'table');
  scrolled.tabIndex = 0;
  scrolled.setAttribute('role', 'region');
  scrolled.setAttribute('aria-label', 'Items');
  return scrolled;
}

function show(text) {
  const order = JSON.parse(text);
  const details = Object.fromEntries(Object.entries(order).filter(([, value]) => isPlain(value)));
  const parts = Object.entries(order).filter(([field, value]) => !isPlain(value) && field !== 'items');
  const json = element('details', [element('summary', 'JSON'), element('pre', JSON.stringify(order, null, 2))]);
  article.replaceChildren(
    element('h2', 'Order ' + order.order_uid),
    section('Order', fields(details)),
    section('Items (' + order.items.length + ')', itemsTable(order.items)),
    ...parts.map(([field, value]) => section(labelOf(field), Array.isArray(value) ? element('ul', value.map((one) => element('li', formatValue(one)))) : fields(value))),
    json,
  );
  article.hidden = false;
}

async function problemOf(response) {
  const problem = await response.json().catch(() => ({}));
  return problem.detail ?? 'The server returned status ' + response.status + '.';
}

async function find(uid) {
  if (uid === '') return showMessage('Enter the UID of an order.');
  const request = ++latest;
  article.hidden = true;
  showMessage('Loading…');
  const response = await fetch('/api/v1/orders/' + encodeURIComponent(uid), { headers: { accept: 'application/json' } });
  const text = response.ok ? await response.text() : '';
  const problem = response.ok ? '' : await problemOf(response);
  if (request !== latest) return;
  signIn.hidden = response.status !== 401;
  if (response.ok) { showMessage(''); show(text); }
  else if (response.status === 401) { showMessage('Sign in to read orders.'); byId('email').focus(); }
  else if (response.status === 404) showMessage('There is no order with the UID ' + uid + ', or you may not read it.');
  else showMessage(problem);
}

const safely = (work) => (event) => {
  event?.preventDefault();
  work(event).catch(() => showMessage("The server can't be reached. Try again."));
};

search.addEventListener('submit', safely(async () => {
  const uid = byId('order-uid').value.trim();
  history.replaceState(null, '', '#' + encodeURIComponent(uid));
  await find(uid);
}));

signIn.addEventListener('submit', safely(async () => {
  const body = JSON.stringify({ email: byId('email').value, password: byId('password').value });
  const response = await fetch('/api/v1/auth/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  byId('password').value = '';
  if (!response.ok) return showMessage(await problemOf(response));
  signIn.hidden = true;
  await find(byId('order-uid').value.trim());
}));

// The fragment of the URL is the UID of an order, so that users can link to the order.
function openFragment() {
  const uid = decodeURIComponent(location.hash.slice(1));
  if (uid === '') return;
  byId('order-uid').value = uid;
  safely(() => find(uid))();
}
addEventListener('hashchange', openFragment);
openFragment();
`;
