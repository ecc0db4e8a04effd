import { createSecureContext } from 'node:tls';
import { z } from 'zod';

export const certificate = z.string().regex(/-----BEGIN CERTIFICATE-----/, 'must be a certificate in PEM');
export const privateKey = z
  .string()
  .regex(/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'must be a private key in PEM');

/** Returns the faults of a certificate and its key together. Never quotes either. */
export function tlsFaults({
  TLS_CERT: cert,
  TLS_KEY: key,
}: {
  TLS_CERT?: string;
  TLS_KEY?: string;
}): string[] {
  if (!cert && !key) return [];
  if (!cert) return ['TLS_CERT: required when TLS_KEY is set'];
  if (!key) return ['TLS_KEY: required when TLS_CERT is set'];
  try {
    createSecureContext({ cert, key });
    return [];
  } catch (error) {
    return [
      `TLS_CERT, TLS_KEY: can't be used together: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}`,
    ];
  }
}
