import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const FIXTURES = join(__dirname, '../../libs/currency-rate/fixtures');

/** The mirror's original document of 2025-04-12. */
export const jsonSample = readFileSync(join(FIXTURES, 'daily_2025-04-12.json'), 'utf8');
/** The bank's original document of 2022-03-15, in windows-1251. */
export const xmlSample = readFileSync(join(FIXTURES, 'XML_daily_2022-03-15.windows-1251.xml'));

/** Answers one request. */
export type Reply = (request: IncomingMessage, response: ServerResponse) => void;

export interface CbrRequest {
  source: 'json' | 'xml';
  /** The `date_req` of an XML request, as `YYYY-MM-DD`. */
  day: string | null;
}

/** A local server that simulates both sources of rates. */
export interface CbrUpstream {
  jsonUrl: string;
  xmlUrl: string;
  /** Every request so far. */
  requests: CbrRequest[];
  /** Sets the reply of one source or both. Without a reply, they serve the sample again. */
  respondWith(source: 'json' | 'xml' | 'both', reply?: Reply): void;
  stop(): Promise<void>;
}

/** Returns the 2025-04-12 sample with other dates (`YYYY-MM-DD`) and the same values, effective from `date`. */
export function datedJson(date: string, previousDate: string): string {
  return jsonSample
    .replace('2025-04-12T', `${date}T`)
    .replace('2025-04-11T', `${previousDate}T`)
    .replace('2025-04-13T', `${date}T`);
}

/** Returns the values of the 2025-04-12 sample in the bank's XML format, effective from `date`. */
export function datedXml(date: string): Buffer {
  const entries = [
    ...jsonSample.matchAll(/"CharCode": "(\w+)",\s+"Nominal": (\d+),[^}]*?"Value": ([\d.]+)/g),
  ];
  const currencies = entries.map(
    ([, code, nominal, value]) =>
      `<Valute ID="R"><NumCode>000</NumCode><CharCode>${code}</CharCode><Nominal>${nominal}</Nominal>` +
      `<Name>${code}</Name><Value>${value?.replace('.', ',')}</Value></Valute>`,
  );
  const day = date.split('-').toReversed().join('.');
  return Buffer.from(
    `<?xml version="1.0" encoding="windows-1251"?><ValCurs Date="${day}" name="Foreign Currency Market">` +
      `${currencies.join('')}</ValCurs>`,
  );
}

/** Returns a reply with a body. */
export function serve(body: string | Buffer, headers: Record<string, string> = {}, code = 200): Reply {
  return (_request, response) => response.writeHead(code, headers).end(body);
}

/** Returns a reply without a body. */
export function status(code: number, headers: Record<string, string> = {}): Reply {
  return serve('', headers, code);
}

/** Never answers. */
export const hang: Reply = () => undefined;

/** Breaks the connection. */
export const reset: Reply = (request) => request.socket.resetAndDestroy();

/**
 * Starts a server on a free port. By default, its mirror serves the 2025-04-12 sample with today's date (Moscow), and
 * its XML source serves the same values with the requested date.
 */
export async function startCbrUpstream({ now = () => new Date() } = {}): Promise<CbrUpstream> {
  const requests: CbrRequest[] = [];
  const replies: { json?: Reply; xml?: Reply } = {};
  const server = createServer((request, response) => {
    const received = readRequest(request);
    requests.push(received);
    const reply =
      replies[received.source] ?? (received.source === 'json' ? serveJson(now()) : serveXml(received, now()));
    reply(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    jsonUrl: `${origin}/daily_json.js`,
    xmlUrl: `${origin}/scripts/XML_daily.asp`,
    requests,
    respondWith: (source, reply) => {
      if (source !== 'xml') replies.json = reply;
      if (source !== 'json') replies.xml = reply;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function readRequest(request: IncomingMessage): CbrRequest {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname === '/daily_json.js') return { source: 'json', day: null };
  return { source: 'xml', day: url.searchParams.get('date_req')?.split('/').toReversed().join('-') ?? null };
}

function serveJson(now: Date): Reply {
  const yesterday = new Date(now.getTime() - 86_400_000);
  return serve(datedJson(moscowDate(now), moscowDate(yesterday)), {
    'content-type': 'application/javascript; charset=utf-8',
  });
}

function serveXml({ day }: CbrRequest, now: Date): Reply {
  return serve(datedXml(day ?? moscowDate(now)), { 'content-type': 'application/xml; charset=windows-1251' });
}

// Moscow is three hours ahead of UTC all year. Does not use the code under test.
function moscowDate(instant: Date): string {
  return new Date(instant.getTime() + 3 * 3_600_000).toISOString().slice(0, 10);
}
