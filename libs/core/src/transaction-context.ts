import type { QueryRunner } from 'typeorm';

/** Runs inside the transaction, just before it commits; what it throws rolls everything back. */
export type BeforeCommit = () => Promise<void>;
/** Runs once the commit is durable; what it throws is logged and changes nothing. */
export type AfterCommit = () => void | Promise<void>;

/** An open transaction: its connection, and what is to happen around its commit. */
export interface Transaction {
  readonly runner: QueryRunner;
  readonly beforeCommit: BeforeCommit[];
  readonly afterCommit: AfterCommit[];
}

/**
 * What one unit of work carries down from its entry point (a request, a job): its transaction, once somebody opened one.
 * Passed explicitly, so that a reader sees which calls belong together.
 */
export class TransactionContext {
  transaction?: Transaction;
}
