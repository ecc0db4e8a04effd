import { JobCatalog } from './job-catalog';
import { JobHandlers } from './job-handlers';

const job = (name: string) => ({ name, description: name, everySeconds: 60, timeoutSeconds: 60 });
const handler = async () => ({});

describe('the jobs that there are', () => {
  it('refuse the boot when two have one name', () => {
    expect(() => new JobCatalog([job('sweep'), job('purge'), job('sweep')])).toThrow(
      'Two jobs of one name: sweep',
    );
  });

  it('refuse the boot when nobody would run one', () => {
    const handlers = new JobHandlers(new JobCatalog([job('sweep'), job('purge'), job('refresh')]));
    handlers.register('purge', handler);
    expect(() => handlers.assertComplete()).toThrow('Jobs without a handler: sweep, refresh');
    handlers.register('sweep', handler);
    handlers.register('refresh', handler);
    expect(() => handlers.assertComplete()).not.toThrow();
  });

  it('refuse the boot when a handler is of no job, or is the second of one', () => {
    const handlers = new JobHandlers(new JobCatalog([job('sweep')]));
    expect(() => handlers.register('swep', handler)).toThrow('No job is named swep');
    handlers.register('sweep', handler);
    expect(() => handlers.register('sweep', handler)).toThrow('The job sweep has two handlers');
  });
});
