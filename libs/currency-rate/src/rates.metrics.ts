import { Counter, Gauge, register } from 'prom-client';

// A second application in the same process (a test) shares the default registry.
function counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
  const present = register.getSingleMetric(name);
  return present ? (present as Counter<Label>) : new Counter({ name, help, labelNames });
}

function gauge<Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> {
  const present = register.getSingleMetric(name);
  return present ? (present as Gauge<Label>) : new Gauge({ name, help, labelNames });
}

export const fetches = counter('waybill_rates_fetches_total', 'Requests for a rate list, by outcome', [
  'source',
  'outcome',
]);

export const retries = counter('waybill_rates_retries_total', 'Retried requests for a rate list', ['source']);

export const breakerState = gauge('waybill_rates_breaker_state', '0 closed, 1 open, 2 half open', ['source']);
