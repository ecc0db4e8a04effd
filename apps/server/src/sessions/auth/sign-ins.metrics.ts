import { Counter, register } from 'prom-client';

const FAILED = 'waybill_failed_sign_ins_total';

// A second application in the same process (a test) shares the default registry.
export const failedSignIns =
  (register.getSingleMetric(FAILED) as Counter<'reason'> | undefined) ??
  new Counter({ name: FAILED, help: 'Failed sign-ins, by reason.', labelNames: ['reason'] });

const REASONS = [
  ...['unknown_user', 'wrong_password', 'disabled_user', 'changed_user'],
  ...['account_throttled', 'address_throttled'],
];
// Each series exists from the start: the first failure is an increase too.
for (const reason of REASONS) failedSignIns.inc({ reason }, 0);
