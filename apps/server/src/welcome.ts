import type { INestApplicationContext } from '@nestjs/common';
import type { Config } from '@waybill/config';
import { OpsServer } from '@waybill/observability';
import { BootstrapKey } from './sessions';

/**
 * Prints the next steps for a start from a terminal. Prints the key only when it was just created and outside production; never
 * logs it.
 */
export function printWelcome(config: Config, url: string, app: INestApplicationContext): void {
  const listens = `Waybill listens on ${url}\n`;
  // A single write, so that a program that reads the first line has the rest too.
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
${newKeyText(config, bootstrap)}
Press Ctrl-C to stop.
`;
}

/** Prints the URL of health checks and metrics, if they have a separate port. */
export function printOperations(app: INestApplicationContext): void {
  const { url } = app.get(OpsServer);
  if (url !== undefined) process.stdout.write(`Waybill serves health checks and metrics on ${url}\n`);
}

// A key that was configured or shown before is not printed: it should not end up in a terminal's history or a log.
function keyForShell({ bootstrapAdminKey }: Config, { file }: BootstrapKey): string {
  return bootstrapAdminKey === undefined ? `$(cat ${quote(file)})` : '$BOOTSTRAP_ADMIN_KEY';
}

function newKeyText({ production }: Config, { generated, file }: BootstrapKey): string {
  if (production || generated === undefined) return '';
  return `\nThe administrator's API key, created now and stored in ${file}: ${generated}\n`;
}

const registerCurl = (url: string, key: string): string => `curl -sS ${url}/api/v1/packages \\
  -H "Authorization: Bearer ${key}" -H 'Content-Type: application/json' \\
  -d '{"name":"Winter boots","weight_kg":"1.5","content_value":{"amount":"10.99","currency":"USD"},"type_id":1}'`;

const listCurl = (url: string, key: string): string => `curl -sS '${url}/api/v1/packages?limit=1' \\
  -H "Authorization: Bearer ${key}"`;

// Quotes a path for a shell, inside "$(…)": single quotes preserve everything but single quotes.
const quote = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;
