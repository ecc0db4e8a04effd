import { Database } from '@waybill/database';
import type { DataSource } from 'typeorm';

/** A node of an executed plan. */
export interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

/**
 * Returns the nodes of the generic plan of the statement that `work` runs. A connection uses that plan after a few
 * runs. The data source must have one connection, with `plan_cache_mode = force_generic_plan`. Changes of the statement
 * are rolled back.
 */
export async function planOf(dataSource: DataSource, work: () => Promise<unknown>): Promise<PlanNode[]> {
  const { text, parameters } = await statementOf(work);
  const values = parameters.map((value) => literal(value)).join(', ');
  await dataSource.query('BEGIN');
  await dataSource.query(`PREPARE planned AS ${text}`);
  const [{ 'QUERY PLAN': answer }] = await dataSource.query(
    `EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) EXECUTE planned (${values})`,
  );
  await dataSource.query('ROLLBACK');
  await dataSource.query('DEALLOCATE planned');
  return nodesOf((answer as { Plan: PlanNode }[])[0]!.Plan);
}

/** Returns the first statement that `work` runs, without running it. */
async function statementOf(
  work: () => Promise<unknown>,
): Promise<{ text: string; parameters: readonly unknown[] }> {
  const rows = jest.spyOn(Database.prototype, 'rows').mockResolvedValue([]);
  // A statement that returns no rows runs through `execute`.
  const execute = jest.spyOn(Database.prototype, 'execute').mockResolvedValue(0);
  await work();
  const [read] = rows.mock.calls;
  const [changed] = execute.mock.calls;
  rows.mockRestore();
  execute.mockRestore();
  if (read) return { text: read[1].text, parameters: read[2] ?? [] };
  return { text: changed![1], parameters: changed![2] ?? [] };
}

/** Returns the maximum number of rows that a node of the plan reads. */
export const maxRowsRead = (nodes: PlanNode[]): number =>
  Math.max(
    ...nodes.map(
      (node) => ((node['Rows Removed by Filter'] ?? 0) + node['Actual Rows']) * node['Actual Loops'],
    ),
  );

/** Returns a node and all nodes below it. */
export const nodesOf = (plan: PlanNode): PlanNode[] => [
  plan,
  ...(plan.Plans ?? []).flatMap((one) => nodesOf(one)),
];

function literal(value: unknown): string {
  if (Array.isArray(value)) return `'{${value.join(',')}}'`;
  return typeof value === 'number' ? String(value) : `'${String(value)}'`;
}
