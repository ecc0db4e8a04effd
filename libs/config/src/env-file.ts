import { environment, secretNames } from './environment';
import { nearestName } from './nearest-name';

const NAMES = [...Object.keys(environment.shape), ...secretNames.map((name) => `${name}_FILE`)];

/** Variables in `.env` that other programs read: Node, the C library, Docker Compose. */
const FOREIGN = /^(?:NODE_\w+|TZ|LANG|LC_\w+|NO_COLOR|FORCE_COLOR|COMPOSE_\w+|DOCKER_\w+)$/;

/** One assignment, as `process.loadEnvFile` parses it. A quoted value may span lines. */
const ASSIGNMENT =
  /^[^\S\n]*(?:export[^\S\n]+)?([\w.-]+)[^\S\n]*=[^\S\n]*(?:"[^"]*"|'[^']*'|`[^`]*`|)[^\n]*/gm;

/** Returns a warning for each line of a `.env` file that has no effect. Never quotes values: one may be a secret. */
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
      warnings.push({ line: at + 1, says: 'not a NAME=value assignment; ignored.' });
  return warnings.toSorted((a, b) => a.line - b.line).map(({ line, says }) => `.env, line ${line}: ${says}`);
}

function unknownName(name: string): string | undefined {
  if (NAMES.includes(name) || FOREIGN.test(name)) return undefined;
  const nearest = nearestName(name, NAMES);
  const hint = nearest ? `did you mean ${nearest}?` : 'see .env.example for the variables that it reads.';
  return `unknown variable ${name}; ${hint}`;
}
