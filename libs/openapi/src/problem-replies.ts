import { STATUS_CODES } from 'node:http';
import type { DomainErrorClass } from '@waybill/core';
import {
  headersOf,
  MAX_ERRORS,
  PROBLEM_MEDIA_TYPE,
  problemOf,
  type Route,
  statusOfKind,
} from '@waybill/http';
import { headerReferences } from './headers';
import { schemaReference } from './schemas';
import type { ApiDescription, MediaType, Reference, Reply, Schema } from './types';

// What the HTTP parser gives up on is no request yet, and counts for nobody.
const BEFORE_LIMITS = new Set(['408', '431']);

const EXAMPLE_REQUEST_ID = '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11';

/** Adds the replies of an operation's errors to it: one a status, shared with every operation that has the same ones. */
export function addProblemReplies(
  { components }: ApiDescription,
  responses: Record<string, Reply | Reference>,
  { limit }: Route,
  errors: readonly DomainErrorClass[],
): void {
  const byStatus = Object.groupBy(errors, ({ kind }) => statusOfKind[kind]);
  for (const [status, group] of Object.entries(byStatus)) {
    const sorted = (group ?? []).toSorted((a, b) => (a.code < b.code ? -1 : 1));
    const name = sorted.map(({ code }) => pascalCase(code)).join('Or');
    const isLimited = limit !== 'none' && !BEFORE_LIMITS.has(status);
    const replyName = isLimited ? name : `${name}Unlimited`;
    const schema = unionOf(components.schemas, sorted, name);
    components.responses[replyName] ??= replyOf(sorted, status, isLimited, schema);
    responses[status] = { $ref: `#/components/responses/${replyName}` };
  }
}

function replyOf(
  errors: readonly DomainErrorClass[],
  status: string,
  isLimited: boolean,
  schema: Schema,
): Reply {
  const codes = errors.map(({ code }) => `\`${code}\``).join(', ');
  const asked = Object.keys(Object.assign({}, ...errors.map((error) => headersOf(error.example()))));
  return {
    description: `${STATUS_CODES[status] ?? 'Error'}: ${codes}`,
    headers: headerReferences([
      ...['X-Request-Id', 'Cache-Control'],
      ...(isLimited ? ['RateLimit-Policy', 'RateLimit'] : []),
      ...asked,
    ]),
    content: { [PROBLEM_MEDIA_TYPE]: { schema, examples: examplesOf(errors) } },
  };
}

function examplesOf(errors: readonly DomainErrorClass[]): MediaType['examples'] {
  const request = { id: EXAMPLE_REQUEST_ID, url: '/api/v1/examples/1' };
  return Object.fromEntries(
    errors.map((error) => [error.code, { value: problemOf(error.example(), request) }]),
  );
}

/** A reference to the one problem, or to a union of them under a name of its own. */
function unionOf(schemas: Record<string, Schema>, errors: readonly DomainErrorClass[], name: string): Schema {
  const references = errors.map((error) => {
    schemas[schemaName(error)] ??= problemSchema(error);
    return schemaReference(schemaName(error));
  });
  const [only, ...more] = references;
  if (only && more.length === 0) return only;
  const mapping = Object.fromEntries(errors.map(({ code }, index) => [code, references[index]?.$ref ?? '']));
  schemas[`${name}Problem`] ??= { oneOf: references, discriminator: { propertyName: 'code', mapping } };
  return schemaReference(`${name}Problem`);
}

const schemaName = ({ name }: DomainErrorClass): string => name.replace(/Error$/, 'Problem');

function problemSchema({ code, kind, members }: DomainErrorClass): Schema {
  const status = statusOfKind[kind];
  const properties: Record<string, Schema> = {
    type: { type: 'string', format: 'uri', enum: [`urn:waybill:problem:${code}`] },
    title: { type: 'string', enum: [STATUS_CODES[status]] },
    status: { type: 'integer', enum: [status] },
    detail: { type: 'string', description: 'What is wrong, for people.' },
    instance: { type: 'string', format: 'uri-reference', description: 'The path that was asked.' },
    code: { type: 'string', enum: [code] },
    request_id: { type: 'string', description: 'As in `X-Request-Id`.' },
    errors: {
      type: 'array',
      items: schemaReference('FieldError'),
      maxItems: MAX_ERRORS,
      description: `The first ${MAX_ERRORS}; \`detail\` says when there are more.`,
    },
    ...members,
  };
  return { type: 'object', properties, required: Object.keys(properties) };
}

const place = (member: string, description: string): Schema => ({
  type: 'object',
  properties: {
    code: { type: 'string', description: 'Which rule is broken.', examples: ['required'] },
    detail: { type: 'string', description: 'What is wrong, for people.' },
    [member]: { type: 'string', description },
  },
  required: ['code', 'detail', member],
});

/** What an entry of a problem's `errors` can be: it names exactly one place. */
export const fieldErrorSchemas: Record<string, Schema> = {
  BodyFieldError: place('pointer', 'A place in the body (RFC 6901).'),
  ParameterError: place('parameter', 'The name of a query parameter.'),
  HeaderError: place('header', 'The name of a header.'),
  FieldError: {
    description: 'One thing that is wrong, and where.',
    oneOf: ['BodyFieldError', 'ParameterError', 'HeaderError'].map(schemaReference),
  },
};

const pascalCase = (code: string): string =>
  code.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
