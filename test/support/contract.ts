import { STATUS_CODES } from 'node:http';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenApi, OpenApiHeader, OpenApiOperation, OpenApiReply, OpenApiSchema } from './openapi';
import { closed, fieldErrorSchema, problemSchemaOf } from './contract-schemas';

/** The parts of a request and its reply that the contract covers. */
export interface Exchange {
  method: string;
  /** Without the query. */
  path: string;
  query: string[];
  requestBody?: unknown;
  status: number;
  /** Names in lower case. */
  headers: Record<string, unknown>;
  body: unknown;
  text: string;
}

/** Lists all differences between a reply and the document in one message. */
export class ContractViolation extends Error {
  constructor(
    { method, path, status, text }: Exchange,
    readonly violations: string[],
  ) {
    super(
      `${method} ${path} → ${status} breaks the OpenAPI document:\n${violations.map((one) => `  - ${one}`).join('\n')}\n${text.slice(0, 2_000)}`,
    );
  }
}

// Headers that HTTP, Node and the security hooks add to any reply. The document lists only headers that matter to
// callers.
const UNDECLARED_HEADERS = new Set([
  ...['connection', 'content-length', 'content-type', 'date', 'keep-alive', 'transfer-encoding', 'vary'],
  ...[
    'cache-control',
    'content-security-policy',
    'cross-origin-opener-policy',
    'cross-origin-resource-policy',
  ],
  ...['origin-agent-cluster', 'referrer-policy', 'strict-transport-security', 'x-content-type-options'],
  ...['x-dns-prefetch-control', 'x-download-options', 'x-frame-options', 'x-permitted-cross-domain-policies'],
  ...['x-xss-protection', 'access-control-allow-origin', 'access-control-allow-credentials'],
  'access-control-expose-headers',
]);

const PROBLEM = 'application/problem+json';

/**
 * Checks replies against an OpenAPI 3.1 document: status, media type, headers and body. Undeclared content is a
 * violation.
 */
export class Contract {
  private readonly ajv = new Ajv2020({
    allErrors: true,
    strictTypes: false,
    // Compiling takes far longer than the few checks with each schema: without these, 40 % less.
    inlineRefs: false,
    code: { optimize: false },
  });
  private readonly compiled = new Map<string, ValidateFunction>();
  private readonly paths: { template: string[]; path: string }[];

  constructor(private readonly document: OpenApi) {
    addFormats.default(this.ajv);
    // ajv-formats lacks these.
    this.ajv.addFormat('idn-email', /^[^\s@]+@[^\s@]+$/);
    this.ajv.addVocabulary(['discriminator', 'components']);
    this.ajv.addSchema({ $id: 'api:', components: { schemas: closed(document.components.schemas) } });
    this.paths = Object.keys(document.paths).map((path) => ({ path, template: segmentsOf(path) }));
  }

  /** @throws ContractViolation with all differences */
  check(exchange: Exchange): void {
    const violations = this.violationsOf(exchange);
    if (violations.length > 0) throw new ContractViolation(exchange, violations);
  }

  private violationsOf(exchange: Exchange): string[] {
    const path = this.match(exchange.path);
    if (path === undefined) return this.unknownRoute(exchange, 404, 'route_not_found');
    const method = exchange.method === 'HEAD' ? 'get' : exchange.method.toLowerCase();
    const operation = this.document.paths[path]?.[method];
    if (!operation) return this.unknownRoute(exchange, 405, 'method_not_allowed');
    const declared = operation.responses[exchange.status];
    if (!declared) return [`the status is not one of ${Object.keys(operation.responses).join(', ')}`];
    const reply = this.resolve(declared);
    return [
      ...this.headerViolations(exchange, reply),
      ...this.contentViolations(exchange, reply),
      ...this.acceptedViolations(exchange, operation),
    ];
  }

  /** Returns the path of the document that matches a request's path with the most fixed segments. */
  private match(path: string): string | undefined {
    const segments = segmentsOf(path);
    const fits = (template: string[]) =>
      template.length === segments.length &&
      template.every((part, index) => (isVariable(part) ? segments[index] !== '' : part === segments[index]));
    return this.paths
      .filter(({ template }) => fits(template))
      .toSorted((a, b) => a.template.filter(isVariable).length - b.template.filter(isVariable).length)[0]
      ?.path;
  }

  private unknownRoute(exchange: Exchange, status: number, code: string): string[] {
    if (exchange.status !== status)
      return [`the document has no such route; the reply must be ${status} ${code}`];
    const allow =
      status === 405 && exchange.headers.allow === undefined ? ['the header Allow is missing'] : [];
    if (exchange.method === 'HEAD') return allow;
    const schema = { ...problemSchemaOf(status, code), $defs: { FieldError: fieldErrorSchema } };
    return [...allow, ...mediaTypeViolations(exchange, [PROBLEM]), ...this.bodyViolations(exchange, schema)];
  }

  private headerViolations({ headers }: Exchange, reply: OpenApiReply): string[] {
    const declared = Object.entries(reply.headers ?? {}).map(
      ([name, header]) => [name.toLowerCase(), this.resolve(header)] as const,
    );
    const names = new Set(declared.map(([name]) => name));
    return [
      ...declared.flatMap(([name, header]) => this.headerViolation(name, headers[name], header)),
      ...Object.keys(headers)
        .filter((name) => !names.has(name) && !UNDECLARED_HEADERS.has(name))
        .map((name) => `the header ${name} is not declared`),
    ];
  }

  private headerViolation(name: string, value: unknown, { required, schema }: OpenApiHeader): string[] {
    if (value === undefined) return required ? [`the header ${name} is missing`] : [];
    const text = Array.isArray(value) ? value.join(', ') : String(value);
    const typed = schema.type === 'integer' && /^\d+$/.test(text) ? Number(text) : text;
    return this.errorsOf(schema, typed).map((error) => `the header ${name}: ${text}: ${error}`);
  }

  private contentViolations(exchange: Exchange, { content = {} }: OpenApiReply): string[] {
    const types = Object.keys(content);
    if (exchange.method === 'HEAD' || types.length === 0)
      return exchange.text === '' ? [] : ['it has a body, and none is declared'];
    const wrong = mediaTypeViolations(exchange, types);
    const schema = content[mediaTypeOf(exchange)]?.schema;
    if (wrong.length > 0 || !schema) return wrong;
    return [...this.codeViolations(exchange, schema), ...this.bodyViolations(exchange, schema)];
  }

  /** Checks the code, for a readable message, and the rules that a schema can't express. */
  private codeViolations({ body, status }: Exchange, schema: OpenApiSchema): string[] {
    const codes = schema.$ref?.endsWith('/Problem') ? (schema.properties?.code?.enum ?? []) : [];
    if (codes.length === 0) return [];
    const { code, title, type } = (body ?? {}) as Record<string, unknown>;
    return [
      ...(codes.includes(code) ? [] : [`the code ${String(code)} is not one of ${codes.join(', ')}`]),
      ...(title === STATUS_CODES[status]
        ? []
        : [`the title ${String(title)} is not the title of the status`]),
      ...(type === `urn:waybill:problem:${String(code)}`
        ? []
        : [`the type ${String(type)} is not the type of the code`]),
    ];
  }

  private bodyViolations({ body, text, headers }: Exchange, schema: OpenApiSchema): string[] {
    const isText = this.resolve(schema).type === 'string';
    const violations = this.errorsOf(schema, isText ? text : body).map((error) => `the body: ${error}`);
    const id = (body as { request_id?: unknown } | null)?.request_id;
    if (id !== undefined && id !== headers['x-request-id']) violations.push('request_id is not X-Request-Id');
    return violations;
  }

  /** Checks that the document allows an accepted request. Otherwise, its request schemas are too narrow. */
  private acceptedViolations(exchange: Exchange, operation: OpenApiOperation): string[] {
    if (exchange.status >= 300) return [];
    const parameters = (operation.parameters ?? []).map((parameter) => this.resolve(parameter));
    const known = new Set(parameters.filter((one) => one.in === 'query').map(({ name }) => name));
    const unknown = exchange.query.filter((name) => !known.has(name));
    const schema = operation.requestBody?.content['application/json']?.schema;
    return [
      ...unknown.map((name) => `it accepted the query parameter ${name}, which is not declared`),
      ...(schema && typeof exchange.requestBody === 'object'
        ? this.errorsOf(schema, exchange.requestBody).map(
            (error) => `it accepted a body that is not declared: ${error}`,
          )
        : []),
    ];
  }

  private errorsOf(schema: OpenApiSchema, value: unknown): string[] {
    const key = JSON.stringify(schema);
    const validate =
      this.compiled.get(key) ??
      this.ajv.compile(JSON.parse(key.replaceAll('"#/components', '"api:#/components')));
    this.compiled.set(key, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
    );
  }

  private resolve<T extends object>(node: T | { $ref: string }): T {
    if (!('$ref' in node) || typeof node.$ref !== 'string') return node as T;
    const found = node.$ref
      .split('/')
      .slice(1)
      .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], this.document);
    if (found === undefined) throw new Error(`${node.$ref} does not exist`);
    return found as T;
  }
}

const segmentsOf = (path: string): string[] => path.replace(/\/+$/, '').split('/');

const isVariable = (part: string): boolean => part.startsWith('{');

const mediaTypeOf = ({ headers }: Exchange): string =>
  String(headers['content-type'] ?? '')
    .split(';', 1)[0]
    ?.trim() ?? '';

const mediaTypeViolations = (exchange: Exchange, declared: string[]): string[] =>
  declared.includes(mediaTypeOf(exchange))
    ? []
    : [`the media type ${mediaTypeOf(exchange) || '(none)'} is not one of ${declared.join(', ')}`];
