import type { Config } from '@waybill/config';
import { TransactionContext } from '@waybill/core';
import { TooManyPendingError } from './packages.errors';
import { PendingLimit } from './pending-limit';
import type { RegistrationsRepository } from './registrations.repository';

describe('the limit of pending registrations', () => {
  it('counts again at once after a failed count', async () => {
    const counts = [() => Promise.reject(new Error('no database')), () => Promise.resolve(2)];
    const registrations = { countPending: () => counts.shift()!() } as unknown as RegistrationsRepository;
    const limit = new PendingLimit({ registrations: { pendingLimit: 2 } } as Config, registrations);
    await expect(limit.admit(new TransactionContext())).rejects.toThrow('no database');
    await expect(limit.admit(new TransactionContext())).rejects.toBeInstanceOf(TooManyPendingError);
  });
});
