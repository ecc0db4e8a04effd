import type { INestApplicationContext } from '@nestjs/common';
import type { Config } from '@waybill/config';
import { OpsServer } from '@waybill/observability';
import { BootstrapKey } from './sessions';

/** Tells whoever started Waybill by hand what to do next. The key is printed outside production alone, and never logged. */
export function printWelcome(config: Config, url: string, app: INestApplicationContext): void {
  process.stdout.write(`Waybill listens on ${url}\n`);
  if (config.role !== 'all') return;
  const bootstrap = app.get(BootstrapKey);
  const key = keyForShell(config, bootstrap);
  process.stdout.write(`
Docs: ${url}/api/openapi (Swagger UI), ${url}/api/redoc

Register a package:
${registerCurl(url, key)}

See it priced:
${listCurl(url, key)}
${keyMade(config, bootstrap)}
`);
}

/** Tells where health and metrics are, if on a port of their own. */
export function printOperations(app: INestApplicationContext): void {
  const { url } = app.get(OpsServer);
  if (url !== undefined) process.stdout.write(`Waybill operations on ${url}\n`);
}

// A key that somebody configured or was shown before is theirs to know: a terminal's history and a log need it no more.
function keyForShell({ bootstrapAdminKey }: Config, { file }: BootstrapKey): string {
  return bootstrapAdminKey === undefined ? `$(cat ${quote(file)})` : '$BOOTSTRAP_ADMIN_KEY';
}

function keyMade({ production }: Config, { made, file }: BootstrapKey): string {
  if (production || made === undefined) return '';
  return `\nThe administrator's API key, made now and kept in ${file}: ${made}\n`;
}

const registerCurl = (url: string, key: string): string => `curl -sS ${url}/api/v1/packages \\
  -H "Authorization: Bearer ${key}" -H 'Content-Type: application/json' \\
  -d '{"name":"Winter boots","weight_kg":"1.5","content_value":{"amount":"10.99","currency":"USD"},"type_id":1}'`;

const listCurl = (url: string, key: string): string => `curl -sS '${url}/api/v1/packages?limit=1' \\
  -H "Authorization: Bearer ${key}"`;

// For a shell, inside double quotes' $(…): single quotes hold everything but themselves.
const quote = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;
