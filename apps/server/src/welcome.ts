import type { INestApplicationContext } from '@nestjs/common';
import type { Config } from '@waybill/config';
import { OpsServer } from '@waybill/observability';
import { BootstrapKey } from './sessions';

/** Tells whoever started Waybill by hand what to do next. The key is printed when it was made, outside production alone, and never logged. */
export function printWelcome(config: Config, url: string, app: INestApplicationContext): void {
  const listens = `Waybill listens on ${url}\n`;
  // One write: who reads the first line by a program has the rest too.
  process.stdout.write(
    config.role === 'all' ? `${listens}${nextSteps(config, url, app.get(BootstrapKey))}` : listens,
  );
}

function nextSteps(config: Config, url: string, bootstrap: BootstrapKey): string {
  const key = keyForShell(config, bootstrap);
  return `
Docs: ${url}/api/openapi (Swagger UI), ${url}/api/redoc

Register a package:
${registerCurl(url, key)}

See it priced:
${listCurl(url, key)}
${keyMade(config, bootstrap)}
Ctrl-C stops it.
`;
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
