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
 * runs. The data source must have one connection, with `plan_cache_mode = force_generic_plan`.
 */
export async function planOf(dataSource: DataSource, work: () => Promise<unknown>): Promise<PlanNode[]> {
  const rows = jest.spyOn(Database.prototype, 'rows').mockResolvedValue([]);
  await work();
  const [, { text }, parameters = []] = rows.mock.calls[0]!;
  rows.mockRestore();
  await dataSource.query(`PREPARE planned AS ${text}`);
  const values = parameters.map((value) => literal(value)).join(', ');
  const [{ 'QUERY PLAN': answer }] = await dataSource.query(
    `EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) EXECUTE planned (${values})`,
  );
  await dataSource.query('DEALLOCATE planned');
  return nodesOf((answer as { Plan: PlanNode }[])[0]!.Plan);
}

/** Returns the maximum number of rows that a node of the plan reads. */
export const maxRowsRead = (nodes: PlanNode[]): number =>
  Math.max(
    ...nodes.map(
      (node) => ((node['Rows Removed by Filter'] ?? 0) + node['Actual Rows']) * node['Actual Loops'],
    ),
  );

const nodesOf = (plan: PlanNode): PlanNode[] => [plan, ...(plan.Plans ?? []).flatMap((one) => nodesOf(one))];

function literal(value: unknown): string {
  if (Array.isArray(value)) return `'{${value.join(',')}}'`;
  return typeof value === 'number' ? String(value) : `'${String(value)}'`;
}
