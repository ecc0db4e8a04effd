import { auditManifest } from '@waybill/audit';
import { brokerManifest } from '@waybill/broker';
import { type ModuleManifest, registerScopes } from '@waybill/core';
import { ratesManifest } from '@waybill/currency-rate';
import { httpManifest } from '@waybill/http';
import { jobsManifest } from '@waybill/jobs';
import { adminManifest } from './admin';
import { catalogManifest } from './catalog';
import { ordersManifest } from './orders';
import { packagesManifest } from './packages';
import { sessionsManifest } from './sessions';
import { ticketsManifest } from './tickets';

/** The libs that own tables or jobs. */
const libs: readonly ModuleManifest[] = [
  httpManifest,
  ratesManifest,
  auditManifest,
  jobsManifest,
  brokerManifest,
];

/** The domain modules. To add a module, add a line here. */
const domains: readonly ModuleManifest[] = [
  sessionsManifest,
  catalogManifest,
  ordersManifest,
  packagesManifest,
  ticketsManifest,
  adminManifest,
];

const all = [...libs, ...domains];

for (const { scopes } of all) registerScopes(scopes ?? {});

/** The parts of the manifests, collected for the processes. */
export const modules = {
  /** Controllers and services of the domain modules. */
  domain: domains.flatMap(({ module }) => module ?? []),
  /** Processors and scheduled jobs. Only workers import them; every process lists the jobs. */
  jobs: all.flatMap(({ jobs }) => jobs ?? []),
  entities: all.flatMap(({ entities }) => entities ?? []),
  migrations: all.flatMap(({ migrations }) => migrations ?? []),
  scopes: all.flatMap(({ scopes }) => Object.values(scopes ?? {})),
  tags: Object.assign({}, ...all.map(({ tags }) => tags)) as Record<string, string>,
};
