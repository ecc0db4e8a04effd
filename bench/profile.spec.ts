import { topSelfTimes } from './profile';

const frame = (functionName: string, url = '', lineNumber = 0) => ({
  callFrame: { functionName, url, lineNumber },
});

it('lists the functions with the most non-idle time', () => {
  const profile = {
    nodes: [
      { id: 1, ...frame('(idle)') },
      { id: 2, ...frame('send', 'file:///x/node_modules/fastify/lib/reply.js', 9) },
      { id: 3, ...frame('', '/x/dist/libs/http/src/hook.js', 4) },
      { id: 4, ...frame('send', 'file:///x/node_modules/fastify/lib/reply.js', 9) },
      { id: 5, ...frame('(garbage collector)') },
      { id: 6, ...frame('post', 'node:inspector', 114) },
    ],
    samples: [1, 2, 3, 4, 5, 1, 6],
    timeDeltas: [1_000, 300, 200, 400, 100, 5_000, 2_000],
  };
  expect(topSelfTimes(profile, 2)).toEqual([
    { where: 'send fastify/lib/reply.js:10', share: 0.7 },
    { where: '(anonymous) dist/libs/http/src/hook.js:5', share: 0.2 },
  ]);
});
