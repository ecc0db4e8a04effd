// The client: a process of its own, on a core of its own, that does what the bench tells it and says what came of it.
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
