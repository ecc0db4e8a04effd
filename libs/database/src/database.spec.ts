import { Logger } from '@nestjs/common';
import { TransactionContext } from '@waybill/core';
import { useTypeOrm } from '../../../test/support/typeorm';
import { computed, statement, value } from './columns';

const NOTE = computed({ text: value.text('text') });
const NOTES = statement(NOTE, `SELECT ${NOTE} FROM notes ORDER BY text`);

describe('Database', () => {
  const { dataSource, database } = useTypeOrm({}, { poolSize: 4 });
  beforeAll(() => dataSource.query('CREATE TABLE notes (text text PRIMARY KEY)'));
  afterEach(() => dataSource.query('TRUNCATE notes'));

  const write = (ctx: TransactionContext, text: string) =>
    database.execute(ctx, 'INSERT INTO notes VALUES ($1)', [text]);
  const stored = async () => (await database.rows(new TransactionContext(), NOTES)).map(({ text }) => text);

  it('commits a transaction as a whole, and shows nothing before the commit', async () => {
    const ctx = new TransactionContext();
    await database.transaction(ctx, async () => {
      await write(ctx, 'a');
      expect(await stored()).toEqual([]);
      await write(ctx, 'b');
    });
    expect(await stored()).toEqual(['a', 'b']);
  });

  it('rolls back when the work throws and clears the transaction of the context', async () => {
    const ctx = new TransactionContext();
    const work = database.transaction(ctx, async () => {
      await write(ctx, 'a');
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await stored()).toEqual([]);
    expect(ctx.transaction).toBeUndefined();
  });

  it('joins an open transaction, which the inner call does not commit', async () => {
    const ctx = new TransactionContext();
    const work = database.transaction(ctx, async () => {
      await database.transaction(ctx, () => write(ctx, 'inner'));
      throw new Error('outer');
    });
    await expect(work).rejects.toThrow('outer');
    expect(await stored()).toEqual([]);
  });

  it('runs beforeCommit hooks in order inside the transaction', async () => {
    const ctx = new TransactionContext();
    await database.transaction(ctx, async () => {
      database.beforeCommit(ctx, async () => void (await write(ctx, 'hook 1')));
      database.beforeCommit(ctx, async () => {
        const seen = await database.rows(ctx, NOTES);
        await write(ctx, `hook 2 saw ${seen.length}`);
      });
      await write(ctx, 'work');
    });
    expect(await stored()).toEqual(['hook 1', 'hook 2 saw 2', 'work']);
  });

  it('rolls back when a beforeCommit hook throws', async () => {
    const ctx = new TransactionContext();
    const work = database.transaction(ctx, async () => {
      await write(ctx, 'work');
      database.beforeCommit(ctx, () => Promise.reject(new Error('hook')));
    });
    await expect(work).rejects.toThrow('hook');
    expect(await stored()).toEqual([]);
  });

  it('runs afterCommit hooks after a commit and never after a rollback', async () => {
    const ctx = new TransactionContext();
    const seen: string[][] = [];
    const observe = async () => void seen.push(await stored());
    await database.transaction(ctx, async () => {
      database.afterCommit(ctx, observe);
      await write(ctx, 'a');
    });
    await database
      .transaction(ctx, async () => {
        database.afterCommit(ctx, observe);
        throw new Error('no');
      })
      .catch(() => undefined);
    expect(seen).toEqual([['a']]);
  });

  it('runs an afterCommit hook at once when no transaction is open', () => {
    let done = false;
    database.afterCommit(new TransactionContext(), () => void (done = true));
    expect(done).toBe(true);
  });

  it('keeps the commit and logs the error when an afterCommit hook fails', async () => {
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const ctx = new TransactionContext();
    const result = await database.transaction(ctx, async () => {
      database.afterCommit(ctx, () => Promise.reject(new Error('nobody there')));
      await write(ctx, 'a');
      return 'done';
    });
    expect(result).toBe('done');
    expect(await stored()).toEqual(['a']);
    expect(logged).toHaveBeenCalledWith(expect.stringContaining('nobody there'), expect.anything());
    logged.mockRestore();
  });

  it('refuses a beforeCommit hook outside a transaction', () => {
    expect(() => database.beforeCommit(new TransactionContext(), async () => undefined)).toThrow(
      'No transaction is open',
    );
  });

  it('releases its connections, even after failed transactions', async () => {
    const attempts = Array.from({ length: 20 }, (_, n) => {
      const ctx = new TransactionContext();
      return database
        .transaction(ctx, async () => {
          await write(ctx, String(n));
          if (n % 2 === 1) throw new Error('odd');
        })
        .catch(() => undefined);
    });
    await Promise.all(attempts);
    expect(await stored()).toHaveLength(10);
  });
});
