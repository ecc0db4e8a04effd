import { DomainError } from '@waybill/core';

/** The body is not CSV in UTF-8. */
export class MalformedCsvError extends DomainError {
  static override readonly code = 'malformed_csv';
  static override readonly kind = 'bad_request';

  static override example(): MalformedCsvError {
    return new MalformedCsvError(
      'unclosed_quote',
      'A quoted field in the row on line 17 has no closing quote.',
    );
  }

  constructor(code: string, detail: string) {
    super('The body is not valid CSV in UTF-8.', { errors: [{ code, detail, pointer: '' }] });
  }
}
