import { Injectable } from '@nestjs/common';
import { TransactionContext } from '@waybill/core';
import { PackagesRepository } from './packages.repository';

/** Finds owner IDs that still have data; the session purge keeps those. */
@Injectable()
export class PackageOwners {
  constructor(private readonly packages: PackagesRepository) {}

  /** Returns the given owner IDs that have a package, or a registration without a package. */
  among(ownerIds: readonly string[]): Promise<string[]> {
    return this.packages.ownersAmong(new TransactionContext(), ownerIds);
  }
}
