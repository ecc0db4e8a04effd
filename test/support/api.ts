import supertest, { type Response } from 'supertest';
import { Contract } from './contract';
import type { OpenApi } from './openapi';

export interface RequestOptions {
  query?: Record<string, string | number | boolean>;
  headers?: Record<string, string>;
}

type Body = object | string | undefined;
type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** An API key, or the value of a `Cookie` header. */
export type Credentials = { key: string } | { cookie: string };

// Longer than any reply should take, and shorter than the timeout of a test.
const TIMEOUT_MS = 120_000;

/**
 * The client of all end-to-end tests. It checks every reply against the OpenAPI document that the server serves. Paths
 * are relative to `/api/v1`, except `/api/…` and the paths of health checks and metrics. Sends a string body unchanged.
 */
export class Api {
  constructor(
    readonly url: string,
    readonly document: OpenApi,
    private readonly contract: Contract,
    private readonly credentials: Record<string, string> = {},
  ) {}

  as(credentials: Credentials): Api {
    const headers: Record<string, string> =
      'key' in credentials ? { Authorization: `Bearer ${credentials.key}` } : { Cookie: credentials.cookie };
    return new Api(this.url, this.document, this.contract, headers);
  }

  anonymous(): Api {
    return new Api(this.url, this.document, this.contract);
  }

  get(path: string, options?: RequestOptions): Promise<Response> {
    return this.request('GET', path, undefined, options);
  }

  head(path: string, options?: RequestOptions): Promise<Response> {
    return this.request('HEAD', path, undefined, options);
  }

  post(path: string, body?: Body, options?: RequestOptions): Promise<Response> {
    return this.request('POST', path, body, options);
  }

  put(path: string, body?: Body, options?: RequestOptions): Promise<Response> {
    return this.request('PUT', path, body, options);
  }

  patch(path: string, body?: Body, options?: RequestOptions): Promise<Response> {
    return this.request('PATCH', path, body, options);
  }

  delete(path: string, options?: RequestOptions): Promise<Response> {
    return this.request('DELETE', path, undefined, options);
  }

  /** @throws ContractViolation if the document does not declare the reply */
  async request(
    method: Method,
    path: string,
    body?: Body,
    { query = {}, headers = {} }: RequestOptions = {},
  ): Promise<Response> {
    const url = new URL(absolute(path), this.url);
    for (const [name, value] of Object.entries(query)) url.searchParams.append(name, String(value));
    const send = supertest(url.origin)[lowerCase[method]];
    const request = send(`${url.pathname}${url.search}`)
      .set({ ...this.credentials, ...headers })
      .redirects(0)
      .timeout(TIMEOUT_MS);
    if (typeof body === 'string' && !hasContentType(headers)) request.type('application/json');
    const response: Response = await (body === undefined ? request : request.send(body));
    this.contract.check({
      method,
      path: url.pathname,
      query: [...url.searchParams.keys()],
      requestBody: body,
      status: response.status,
      headers: response.headers,
      body: response.body,
      text: response.text ?? '',
    });
    return response;
  }
}

/** A client of a running server, without credentials. */
export async function connect(serverUrl: string): Promise<Api> {
  const reply = await fetch(new URL('/api/openapi.json', serverUrl), {
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!reply.ok) throw new Error(`GET /api/openapi.json answers ${reply.status}: ${await reply.text()}`);
  const { document, contract } = contractOf(await reply.text());
  return new Api(serverUrl, document, contract);
}

const contracts = new Map<string, { document: OpenApi; contract: Contract }>();

/** Servers of a suite serve the same document, so its schemas are compiled once. */
function contractOf(text: string): { document: OpenApi; contract: Contract } {
  const known = contracts.get(text);
  if (known) return known;
  const document = JSON.parse(text) as OpenApi;
  const made = { document, contract: new Contract(document) };
  contracts.set(text, made);
  return made;
}

const lowerCase = {
  GET: 'get',
  HEAD: 'head',
  POST: 'post',
  PUT: 'put',
  PATCH: 'patch',
  DELETE: 'delete',
} as const;

const absolute = (path: string): string =>
  /^\/(?:api(?:\/|$)|livez|readyz|metrics)/.test(path) ? path : `/api/v1${path}`;

const hasContentType = (headers: Record<string, string>): boolean =>
  Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
