import { gzipSync } from 'node:zlib';
import {
  type CbrUpstream,
  datedJson,
  datedXml,
  hang,
  type Reply,
  reset,
  serve,
  startCbrUpstream,
  status,
} from '../../../test/support/cbr-upstream';
import { createRatesDatabase, forgetRates, metric, type RatesProcess, startRates } from '../test/harness';
import type { OpenDatabase } from '../../../test/support/typeorm';
import { addDays } from './moscow-day';

const TODAY = '2026-11-21';
const YESTERDAY = addDays(TODAY, -1);
const BEFORE = addDays(TODAY, -2);
const MEGABYTE = 1_048_576;

const json = datedJson(TODAY, YESTERDAY);
const xml = datedXml(TODAY).toString();

let database: OpenDatabase;
let upstream: CbrUpstream;
let rates: RatesProcess;
let clock: Date;

beforeAll(async () => {
  database = await createRatesDatabase();
  upstream = await startCbrUpstream({ now: () => clock });
  rates = await startRates(database.url, {
    ...upstream,
    now: () => clock,
    timeoutMs: 400,
    breaker: { failures: 1_000, halfOpenAfterMs: 1_000 },
  });
});

afterAll(async () => {
  await rates.stop();
  await upstream.stop();
  await database.close();
});

// The stored list is two days old and came from the mirror.
beforeEach(async () => {
  clock = new Date(`${BEFORE}T12:00:00+03:00`);
  await forgetRates(rates);
  upstream.respondWith('both');
  await rates.rates.quotesOn(BEFORE, ['USD']);
  clock = new Date(`${TODAY}T12:00:00+03:00`);
  upstream.requests.length = 0;
});

async function stored(): Promise<unknown> {
  return rates.dataSource.query(`
    SELECT (SELECT json_agg(l ORDER BY effective_date) FROM rate_lists l) AS lists,
           (SELECT json_agg(r ORDER BY effective_date, currency) FROM currency_rates r) AS rates,
           (SELECT json_agg(d ORDER BY day) FROM rate_days d) AS days`);
}

function trickle(body: string): Reply {
  return (_request, response) => {
    response.writeHead(200);
    let sent = 0;
    const timer = setInterval(() => response.write(body.slice(sent, (sent += 20))), 20);
    response.on('close', () => clearInterval(timer));
  };
}

function breakOff(body: string): Reply {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': Buffer.byteLength(body) });
    response.write(body.slice(0, body.length / 2), () => response.destroy());
  };
}

const redirect: Reply = (request, response) =>
  response.writeHead(302, { location: `http://${request.headers.host}/good` }).end();

const bomb = gzipSync(Buffer.alloc(60 * MEGABYTE, ' '));

const bad: [name: string, fault: string, json: Reply, xml: Reply][] = [
  ['slow', 'timeout', trickle(json), trickle(xml)],
  ['hanging', 'timeout', hang, hang],
  ['reset', 'network', reset, reset],
  ['500', 'server_error', status(500), status(500)],
  ['429', 'http_error', status(429, { 'retry-after': '1' }), status(429)],
  ['404 with a good body', 'http_error', serve(json, {}, 404), serve(xml, {}, 404)],
  ['a redirect', 'redirect', redirect, redirect],
  ['HTML with 200', 'refused', serve('<!DOCTYPE html><html></html>'), serve('<html><body/></html>')],
  ['broken off', 'network', breakOff(json), breakOff(xml)],
  ['truncated', 'refused', serve(json.slice(0, -200)), serve(xml.slice(0, -200))],
  [
    'wrong charset in the header',
    'refused',
    serve(json, { 'content-type': 'application/json; charset=windows-1251' }),
    serve(xml, { 'content-type': 'text/xml; charset=utf-8' }),
  ],
  [
    'wrong charset of the bytes',
    'refused',
    serve(Buffer.from(json.replace('Вон', '\xc2\xee\xed'), 'latin1')),
    serve(xml.replace('<Name>USD', '<Name>Доллар')),
  ],
  ['a zero', 'refused', serve(json.replace('84.004', '0.0')), serve(xml.replace('84,004', '0,0'))],
  [
    'a negative rate',
    'refused',
    serve(json.replace('84.004', '-84.004')),
    serve(xml.replace('84,004', '-84,004')),
  ],
  ['no USD', 'refused', serve(json.replaceAll('"USD"', '"USX"')), serve(xml.replace('>USD<', '>USX<'))],
  [
    'an empty list',
    'refused',
    serve(json.replace(/"Valute": [^]*$/, '"Valute": {}}')),
    serve(xml.replace(/<Valute .*<\/Valute>/, '')),
  ],
  [
    'a currency twice',
    'refused',
    serve(json.replace('"AZN": {', '"USD": {').replace('"CharCode": "AZN"', '"CharCode": "USD"')),
    serve(xml.replace('>AZN<', '>USD<')),
  ],
  ['nominal 7', 'refused', serve(json.replace('l": 100,', 'l": 7,')), serve(xml.replace('>100<', '>7<'))],
  [
    'a DTD with entities',
    'refused',
    serve('{"Date": &today;}'),
    serve(xml.replace('?>', '?><!DOCTYPE ValCurs [<!ENTITY usd "1,0">]>').replace('84,004', '&usd;')),
  ],
  [
    'a date far in the future',
    'refused',
    serve(datedJson('2026-12-31', TODAY)),
    serve(datedXml('2026-12-31')),
  ],
  [
    'last year’s date',
    'refused',
    serve(datedJson('2025-11-21', '2025-11-20')),
    serve(datedXml('2025-11-21')),
  ],
  ['the list of a later day', 'refused', serve('{}'), serve(datedXml(addDays(TODAY, 1)))],
  ['10 MB', 'too_large', serve(json + ' '.repeat(10 * MEGABYTE)), serve(xml + ' '.repeat(10 * MEGABYTE))],
  [
    'a gzip bomb',
    'too_large',
    serve(bomb, { 'content-encoding': 'gzip' }),
    serve(bomb, { 'content-encoding': 'gzip' }),
  ],
];

describe.each(bad)('a bad upstream: %s', (_name, fault, badJson, badXml) => {
  it('changes no stored rate and causes no wrong price', async () => {
    const known = await stored();
    const before = await metric('waybill_rates_fetches_total', { source: 'cbr-xml', outcome: fault });
    upstream.respondWith('json', badJson);
    upstream.respondWith('xml', badXml);
    expect(await rates.rates.quotesOn(TODAY, ['USD'])).toMatchObject({
      quotes: [{ value: '84.004', effectiveDate: BEFORE, carriedOver: true }],
    });
    expect(await stored()).toEqual(known);
    expect(
      await metric('waybill_rates_fetches_total', { source: 'cbr-xml', outcome: fault }),
    ).toBeGreaterThan(before);
    expect(upstream.requests.every(({ source, day }) => source === 'json' || day === TODAY)).toBe(true);
  });

  it('is replaced by the other source', async () => {
    upstream.respondWith('json', badJson);
    expect(await rates.rates.quotesOn(TODAY, ['USD'])).toMatchObject({
      quotes: [{ value: '84.004', effectiveDate: TODAY, source: 'cbr-xml', carriedOver: false }],
    });
  });
});

it('reads a gzipped document and digests its content', async () => {
  upstream.respondWith('json', serve(json));
  await rates.rates.refresh();
  const [plain] = await rates.rates.listKnown({ limit: 1 });
  await forgetRates(rates);
  upstream.respondWith('json', serve(gzipSync(json), { 'content-encoding': 'gzip' }));
  await rates.rates.refresh();
  const [gzipped] = await rates.rates.listKnown({ limit: 1 });
  expect(gzipped).toMatchObject({ effectiveDate: TODAY, documentSha256: plain?.documentSha256 });
});
