import { DomainError } from '@waybill/core';
import { QueryFailedError } from 'typeorm';

const MAX_LENGTH = 300;

/**
 * Returns the text of an error that may be stored and shown to administrators. A database message may quote row values,
 * so only its code is kept; credentials in other messages are redacted.
 */
export function describeJobError(error: unknown): string {
  if (error instanceof DomainError) return `${error.code}: ${error.message}`.slice(0, MAX_LENGTH);
  if (error instanceof QueryFailedError) {
    const { code, constraint } = error.driverError as { code?: string; constraint?: string };
    return `PostgreSQL refused with ${code ?? 'no code'}${constraint ? ` (${constraint})` : ''}`;
  }
  const text = error instanceof Error ? error.message : 'A value that is not an Error was thrown';
  return withoutCredentials(text.split('\n', 1)[0] ?? '').slice(0, MAX_LENGTH);
}

function withoutCredentials(text: string): string {
  return text
    .replaceAll(/\/\/[^\s/@]*@/g, '//…@')
    .replaceAll(/\b(Bearer|Basic)\s+\S+/gi, '$1 …')
    .replaceAll(/\bwaybill_\w+/g, 'waybill_…')
    .replaceAll(/\b(password|secret|token|key)(["']?\s*[=:]\s*)\S+/gi, '$1$2…');
}
