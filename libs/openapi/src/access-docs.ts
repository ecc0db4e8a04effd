import type { AccessRule } from '@waybill/http';
import type { Operation } from './types';

/** Documents who may call an operation: for programs (`security`, `x-scopes`) and for people. */
export function describeAccess(operation: Operation, access: AccessRule): void {
  operation.security = access === 'public' ? [] : [{ apiKey: [] }, { session: [] }];
  if (typeof access === 'object') operation['x-scopes'] = access.scopes;
  operation.description = [operation.description, sentenceOf(access)].filter(Boolean).join('\n\n');
}

function sentenceOf(access: AccessRule): string {
  if (access === 'public') return '**Access:** no credentials required.';
  if (access === 'authenticated') return '**Access:** any session or API key, for its own data.';
  const scopes = access.scopes.map((scope) => `\`${scope}\``).join(' or ');
  const others = `staff and API keys with ${scopes}`;
  return access.customers ? `**Access:** customers; ${others}.` : `**Access:** ${others}.`;
}
