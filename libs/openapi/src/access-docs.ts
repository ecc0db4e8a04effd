import type { AccessRule } from '@waybill/http';
import type { Operation } from './types';

/** Says who may call an operation: for programs (`security`, `x-scopes`) and for people. */
export function describeAccess(operation: Operation, access: AccessRule): void {
  operation.security = access === 'public' ? [] : [{ apiKey: [] }, { session: [] }];
  if (typeof access === 'object') operation['x-scopes'] = access.scopes;
  operation.description = [operation.description, sentenceOf(access)].filter(Boolean).join('\n\n');
}

function sentenceOf(access: AccessRule): string {
  if (access === 'public') return '**Access:** no credentials needed.';
  if (access === 'authenticated') return '**Access:** every session and API key, for what is its own.';
  const scopes = access.scopes.map((scope) => `\`${scope}\``).join(' or ');
  const others = `staff and API keys with ${scopes}`;
  return access.customers
    ? `**Access:** customers, for what is theirs; ${others}.`
    : `**Access:** ${others}.`;
}
