import { isDeepStrictEqual } from 'node:util';
import { STATUS_CODES } from 'node:http';
import type { DomainErrorClass } from '@waybill/core';
import { headersOf, PROBLEM_MEDIA_TYPE, problemOf, type Route, statusOfKind } from '@waybill/http';
import { headerReferences, optionalHeaderReferences } from './headers';
import { schemaReference } from './schemas';
import type { ApiDescription, Components, Operation, Parameter, Reply } from './types';

// The HTTP parser sends these before the rate limit sees the request.
const BEFORE_LIMITS = new Set(['408', '431']);

// Generators turn longer names into unreadable types.
const MAX_NAME_LENGTH = 39;

const EXAMPLE_REQUEST_ID = '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11';

/** Adds the error replies of an operation: one per status. Operations with the same codes share a reply. */
export function addProblemReplies(
  { components }: ApiDescription,
  operation: Operation,
  { limit, path }: Route,
  errors: readonly DomainErrorClass[],
): void {
  for (const error of errors)
    components.examples[error.code] ??= { value: problemExample(error, examplePath(path, operation)) };
  const byStatus = Object.groupBy(errors, ({ kind }) => statusOfKind[kind]);
  for (const [status, group = []] of Object.entries(byStatus)) {
    const isLimited = limit !== 'none' && !BEFORE_LIMITS.has(status);
    const name = shareReply(components, group, replyOf(group, status, isLimited), isLimited);
    operation.responses[status] = { $ref: `#/components/responses/${name}` };
  }
}

function replyOf(errors: readonly DomainErrorClass[], status: string, isLimited: boolean): Reply {
  const codes = [...new Set(errors.map(({ code }) => code))].toSorted();
  const members = errors.length === 1 ? Object.keys(errors[0]?.members ?? {}) : [];
  const ownHeaders = errors.map((error) => Object.keys(headersOf(error.example())));
  const [required, optional] = partitioned(ownHeaders);
  const schema = {
    ...schemaReference('Problem'),
    properties: {
      code: { type: 'string', enum: codes },
      status: { type: 'integer', enum: [Number(status)] },
    },
    ...(members.length > 0 && { required: members }),
  };
  const examples = codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]);
  return {
    description: `${STATUS_CODES[status] ?? 'Error'}: ${codes.map((code) => `\`${code}\``).join(', ')}`,
    headers: {
      ...headerReferences([
        ...['X-Request-Id', 'Cache-Control'],
        ...(isLimited ? ['RateLimit-Policy', 'RateLimit'] : []),
        ...required,
      ]),
      ...optionalHeaderReferences(optional),
    },
    content: { [PROBLEM_MEDIA_TYPE]: { schema, examples: Object.fromEntries(examples) as never } },
  };
}

/** Separates the names that are in every list from those that are only in some. */
function partitioned(lists: string[][]): [required: string[], optional: string[]] {
  const names = [...new Set(lists.flat())];
  const isInAll = (name: string): boolean => lists.every((list) => list.includes(name));
  return [names.filter(isInAll), names.filter((name) => !isInAll(name))];
}

/** Adds a reply to the shared ones unless an equal one exists. @returns its name */
function shareReply(
  { responses }: Components,
  errors: readonly DomainErrorClass[],
  reply: Reply,
  isLimited: boolean,
): string {
  const name = namesFor(errors, isLimited ? '' : 'Unlimited').find(
    (candidate) => !responses[candidate] || isDeepStrictEqual(responses[candidate], reply),
  );
  if (name === undefined) throw new Error(`no unused name for the reply ${reply.description}`);
  responses[name] = reply;
  return name;
}

/**
 * Returns the possible names: all codes, or one code and the number of the others. A route's own errors come last in
 * `errors`.
 */
function namesFor(errors: readonly DomainErrorClass[], suffix: string): string[] {
  const names = errors.map(({ code }) => pascalCase(code));
  const all = names.toSorted().join('Or');
  const short = names.toReversed().map((name) => `${name}Plus${names.length - 1}`);
  return [all, ...short].map((name) => name + suffix).filter(({ length }) => length <= MAX_NAME_LENGTH);
}

const problemExample = (error: DomainErrorClass, url: string) =>
  problemOf(error.example(), { id: EXAMPLE_REQUEST_ID, url });

/** Returns a route's path with the example of each parameter. */
function examplePath(path: string, { parameters = [] }: Operation): string {
  const valueOf = (name: string) => {
    const parameter = (parameters as Parameter[]).find((one) => one.in === 'path' && one.name === name);
    return String(parameter?.schema.examples?.[0] ?? name);
  };
  return path.replace(/:(\w+)/g, (_, name: string) => valueOf(name));
}

const pascalCase = (code: string): string =>
  code.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
