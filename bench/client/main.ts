// The client process. It runs on its own core, follows the bench's instructions and reports the results.
import { closedLoad } from './closed';
import type { LoadSpec } from './load';
import { openLoad } from './open';

process.on('message', (spec: LoadSpec) => {
  const load = spec.kind === 'closed' ? closedLoad(spec) : openLoad(spec);
  load.then(
    (done) => process.send!({ done }),
    (error: Error) => process.send!({ error: error.stack }),
  );
});
