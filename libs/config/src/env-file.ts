import { environment, secretNames } from './environment';
import { nearestName } from './nearest-name';

const NAMES = [...Object.keys(environment.shape), ...secretNames.map((name) => `${name}_FILE`)];

/** What other programs read that share a `.env` with Waybill: Node, the C library, Docker Compose. */
const FOREIGN = /^(?:NODE_\w+|TZ|LANG|LC_\w+|NO_COLOR|FORCE_COLOR|COMPOSE_\w+|DOCKER_\w+)$/;

/** One assignment as `process.loadEnvFile` reads it; a quoted value may span lines. */
const ASSIGNMENT =
  /^[^\S\n]*(?:export[^\S\n]+)?([\w.-]+)[^\S\n]*=[^\S\n]*(?:"[^"]*"|'[^']*'|`[^`]*`|)[^\n]*/gm;

/** What in a `.env` has no effect, a sentence each. Values are never quoted: one may be a secret. */
export function envFileWarnings(text: string): string[] {
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
  const warnings: { line: number; says: string }[] = [];
  const rest = text.replaceAll(ASSIGNMENT, (assignment: string, name: string, offset: number) => {
    const says = unknownName(name);
    if (says) warnings.push({ line: lineOf(offset), says });
    return assignment.replaceAll(/[^\n]/g, ' ');
  });
  for (const [at, line] of rest.split('\n').entries())
    if (!/^\s*(?:#|$)/.test(line))
      warnings.push({ line: at + 1, says: 'this is no NAME=value, and is ignored.' });
  return warnings.toSorted((a, b) => a.line - b.line).map(({ line, says }) => `.env, line ${line}: ${says}`);
}

function unknownName(name: string): string | undefined {
  if (NAMES.includes(name) || FOREIGN.test(name)) return undefined;
  const nearest = nearestName(name, NAMES);
  const hint = nearest ? `did you mean ${nearest}?` : '.env.example lists those that it reads.';
  return `Waybill reads no variable ${name}; ${hint}`;
}
