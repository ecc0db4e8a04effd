// A preload (node --require) that kills its process with SIGKILL at a given point. The process runs normally until it
// receives SIGUSR2. It then reads the point from the file `kill-at` in its working directory. Wraps methods of the
// built application, so that the application needs no code for this.
const { readFileSync } = require('node:fs');
const { resolve } = require('node:path');

const load = (path) => require(resolve(__dirname, '../../dist', path));
const die = () => process.kill(process.pid, 'SIGKILL');

function before(prototype, method) {
  prototype[method] = () => {
    die();
    return new Promise(() => {});
  };
}

function after(prototype, method) {
  const original = prototype[method];
  prototype[method] = async function (...args) {
    await original.apply(this, args);
    die();
    return new Promise(() => {});
  };
}

const { JobDispatcher } = load('libs/queue/src/job-dispatcher.js');
const { RatesService } = load('libs/currency-rate/src/rates.service.js');
const { RegistrationsRepository } = load('apps/server/src/packages/registrations.repository.js');
const { RegistrationsService } = load('apps/server/src/packages/registrations.service.js');

const points = {
  'after the commit': () => before(JobDispatcher.prototype, 'dispatch'),
  'after the enqueue': () => after(JobDispatcher.prototype, 'add'),
  'before the fetch': () => before(RatesService.prototype, 'quotesOn'),
  'after the fetch': () => after(RatesService.prototype, 'quotesOn'),
  'before the package’s commit': () => before(RegistrationsRepository.prototype, 'complete'),
  'after the package’s commit': () => after(RegistrationsService.prototype, 'process'),
};

process.once('SIGUSR2', () => {
  points[readFileSync('kill-at', 'utf8')]();
  process.stdout.write('Ready to be killed\n');
});
