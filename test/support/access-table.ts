import { readFileSync } from 'node:fs';
import path from 'node:path';

const FILE = path.resolve(__dirname, '../access-table.md');

/** The kinds of callers: the columns of test/access-table.md. */
export const callers = [
  ...(['nobody', 'another customer', 'owner', 'agent', 'operator', 'admin'] as const),
  ...(['key without', 'expired key', 'revoked session', 'disabled user'] as const),
] as const;

export type CallerName = (typeof callers)[number];

/**
 * Access rule: `public`, `known` (any authenticated caller), or the scopes that staff and keys need, and whether
 * customers may call the route too.
 */
export type Rule = 'public' | 'known' | { customers: boolean; scopes: string[] };

/** A row of the table. */
export interface AccessRow {
  /** `GET /api/v1/packages/:id` */
  route: string;
  rule: Rule;
  /** The response to each caller: `200`, `200 it`, `200 none`. */
  expected: Record<CallerName, string>;
}

/** Reads test/access-table.md. @throws Error if the table is malformed */
export function readAccessTable(text = readFileSync(FILE, 'utf8')): AccessRow[] {
  const [head, rule, ...lines] = text.split('\n').filter((line) => line.startsWith('|'));
  const columns = ['route', 'rule', ...callers];
  if (cellsOf(head).join() !== columns.join() || !/^[|\s-]+$/.test(rule ?? ''))
    throw new Error(`test/access-table.md does not have the columns ${columns.join(', ')}`);
  const rows = lines.map(rowOf);
  const twice = rows.filter(({ route }, at) => rows.findIndex((row) => row.route === route) !== at);
  if (twice.length > 0) throw new Error(`test/access-table.md lists ${twice[0]!.route} twice`);
  return rows;
}

function rowOf(line: string): AccessRow {
  const [route = '', rule = '', ...cells] = cellsOf(line);
  const isWhole = /^[A-Z]+ \/\S*$/.test(route) && cells.length === callers.length;
  if (!isWhole || !cells.every((cell) => /^\d{3}( it| none)?$/.test(cell)))
    throw new Error(`test/access-table.md has a line that can't be read: ${line}`);
  const expected = Object.fromEntries(callers.map((caller, at) => [caller, cells[at]]));
  return { route, rule: ruleOf(rule), expected: expected as AccessRow['expected'] };
}

function ruleOf(text: string): Rule {
  if (text === 'public' || text === 'known') return text;
  const [, own, scopes = ''] = /^(own or )?([a-z_:]+(?:, [a-z_:]+)*)$/.exec(text) ?? [];
  if (!scopes.includes(':')) throw new Error(`test/access-table.md has a rule that can't be read: ${text}`);
  return { customers: own !== undefined, scopes: scopes.split(', ') };
}

const cellsOf = (line = ''): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
