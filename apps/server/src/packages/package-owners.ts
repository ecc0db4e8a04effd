import { Injectable } from '@nestjs/common';
import { TransactionContext } from '@waybill/core';
import { PackagesRepository } from './packages.repository';

/** Says who owns something here, so that whoever forgets callers does not forget these. */
@Injectable()
export class PackageOwners {
  constructor(private readonly packages: PackagesRepository) {}

  /** Those of these owner ids that have a package, or a registration that made none. */
  among(ownerIds: readonly string[]): Promise<string[]> {
    return this.packages.ownersAmong(new TransactionContext(), ownerIds);
  }
}
