import { Inject, Injectable } from '@nestjs/common';
import { AuditService } from '@waybill/audit';
import { CONFIG, type Config } from '@waybill/config';
import { type RequestContext, ValidationFailedError } from '@waybill/core';
import { RatesService } from '@waybill/currency-rate';
import { Database } from '@waybill/database';
import { JobDispatcher } from '@waybill/queue';
import { v7 as uuidv7 } from 'uuid';
import { PackageTypesService } from '../catalog';
import { actorOf } from './package-actor';
import type { RegisterPackageDto } from './packages.dto';
import { PendingLimit } from './pending-limit';
import { dispatchRegistration } from './registration-jobs';
import { type RegistrationStatus, RegistrationsRepository } from './registrations.repository';

/** Commands on packages. */
@Injectable()
export class PackagesService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly registrations: RegistrationsRepository,
    private readonly types: PackageTypesService,
    private readonly rates: RatesService,
    private readonly dispatcher: JobDispatcher,
    private readonly pendingLimit: PendingLimit,
    private readonly audit: AuditService,
  ) {}

  /**
   * Accepts the registration of a package. Once it commits, the package will be registered even if this process or the
   * queue fails.
   * @throws TooManyPendingError before anything is stored, ValidationFailedError for an unknown or archived type, or
   *   for a currency without rates.
   */
  async register(ctx: RequestContext, dto: RegisterPackageDto): Promise<RegistrationStatus> {
    const isCurrency = await this.rates.isKnownCurrency(dto.content_value.currency, ctx);
    if (!isCurrency) throw unusable({ type: !(await this.types.isUsable(ctx, dto.type_id)), currency: true });
    await this.pendingLimit.admit(ctx);
    const row = {
      id: uuidv7(),
      ownerId: ctx.principal.ownerId,
      actor: actorOf(ctx.principal),
      name: dto.name,
      weightKg: dto.weight_kg,
      contentAmount: dto.content_value.amount,
      contentCurrency: dto.content_value.currency,
      typeId: dto.type_id,
      orderUid: dto.order_uid ?? null,
      graceSeconds: this.config.registrations.requeueAfterSeconds,
    };
    const entry = this.audit.rowOf(ctx, {
      action: 'registration.accepted',
      target: { kind: 'registration', id: row.id },
    });
    const registration = await this.registrations.accept(ctx, row, entry);
    if (!registration) {
      this.pendingLimit.release();
      throw unusable({ type: true, currency: false });
    }
    this.database.afterCommit(ctx, () => dispatchRegistration(this.dispatcher, this.config, registration.id));
    return registration;
  }
}

function unusable({ type, currency }: { type: boolean; currency: boolean }): ValidationFailedError {
  const errors = [];
  if (type)
    errors.push({
      code: 'unknown_type',
      detail: 'There is no package type with this ID, or it is archived. GET /api/v1/types lists the types.',
      pointer: '/type_id',
    });
  if (currency)
    errors.push({
      code: 'unknown_currency',
      detail: 'The Bank of Russia does not quote this currency.',
      pointer: '/content_value/currency',
    });
  return new ValidationFailedError(errors);
}
