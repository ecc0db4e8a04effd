import { STATUS_CODES } from 'node:http';
import { isTaggedRead, type Route } from '@waybill/http';
import { addExample } from './examples';
import { headerReferences } from './headers';
import { componentName } from './schemas';
import type { ApiDescription, Operation, Reply, Schema } from './types';

/** Adds headers, examples and 304 to the success replies of an operation. */
export function completeSuccessReplies(
  { components }: ApiDescription,
  operation: Operation,
  route: Route,
): void {
  for (const [status, declared] of Object.entries(operation.responses)) {
    const reply = declared as Reply;
    for (const media of Object.values(reply.content ?? {})) addExample(media, components.schemas);
    reply.description ||= STATUS_CODES[status] ?? 'Done';
    const names = [
      ...headersOfAny(route),
      ...headersOfSuccess(route),
      ...(isPage(reply, components.schemas) ? ['Link'] : []),
    ];
    reply.headers = { ...headerReferences(names), ...reply.headers };
  }
  if (isTaggedRead(route))
    operation.responses['304'] = {
      description: 'Not modified: the version in `If-None-Match` is current.',
      headers: headerReferences([...headersOfAny(route), 'ETag']),
    };
}

function headersOfAny({ access, limit }: Route): string[] {
  return [
    'X-Request-Id',
    ...(limit === 'none' ? [] : ['RateLimit-Policy', 'RateLimit']),
    ...(access === 'public' ? [] : ['Cache-Control']),
  ];
}

function headersOfSuccess({ location, retryAfter, tagged, idempotent }: Route): string[] {
  return [
    ...(location ? ['Location'] : []),
    ...(retryAfter === undefined ? [] : ['Retry-After']),
    ...(tagged ? ['ETag'] : []),
    ...(idempotent ? ['Idempotent-Replayed'] : []),
  ];
}

const isPage = ({ content = {} }: Reply, schemas: Record<string, Schema>): boolean =>
  Object.values(content).some(({ schema }) => schemas[componentName(schema) ?? '']?.properties?.next_cursor);
