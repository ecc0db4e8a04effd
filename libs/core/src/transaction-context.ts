import type { QueryRunner } from 'typeorm';

/** Runs inside the transaction, just before it commits. An exception rolls everything back. */
export type BeforeCommit = () => Promise<void>;
/** Runs after the commit. An exception is logged and rolls nothing back. */
export type AfterCommit = () => void | Promise<void>;

/** An open transaction: its connection, and the hooks around its commit. */
export interface Transaction {
  readonly runner: QueryRunner;
  readonly beforeCommit: BeforeCommit[];
  readonly afterCommit: AfterCommit[];
}

/**
 * Context of one unit of work, such as a request or a job. Contains the open transaction, if there is one. Passed
 * explicitly, so that the code shows which calls share a transaction.
 */
export class TransactionContext {
  transaction?: Transaction;
}
