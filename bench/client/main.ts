// The client process. It runs on its own core, follows the bench's instructions and reports the results.
import { closedLoad } from './closed';
import type { Order } from './load';
import { openLoad } from './open';

process.on('message', (order: Order) => {
  const load = order.kind === 'closed' ? closedLoad(order) : openLoad(order);
  load.then(
    (done) => process.send!({ done }),
    (error: Error) => process.send!({ error: error.stack }),
  );
});
