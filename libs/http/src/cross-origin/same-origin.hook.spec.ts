import fastify from 'fastify';
import { Origins } from './origins';
import { refuseCrossOriginWrites } from './same-origin.hook';

describe('a cross-site write from a browser', () => {
  const server = fastify();
  beforeAll(async () => {
    refuseCrossOriginWrites(server, new Origins(undefined, [], '127.0.0.1'));
    server.post('/', () => 'written');
    await server.ready();
  });
  afterAll(() => server.close());

  const isLetThrough = async (authorization?: string): Promise<boolean> => {
    const headers = { 'sec-fetch-site': 'cross-site', ...(authorization && { authorization }) };
    return (await server.inject({ method: 'POST', url: '/', headers })).body === 'written';
  };

  it.each(['Bearer key', 'bearer key', 'BEARER  key'])('is accepted with %s', async (authorization) =>
    expect(await isLetThrough(authorization)).toBe(true),
  );

  it.each([undefined, 'Basic dXNlcjpwYXNz', 'Negotiate YII=', 'Digest username="x"', 'Bearer', 'Bearerkey'])(
    'is refused with %s',
    async (authorization) => expect(await isLetThrough(authorization)).toBe(false),
  );
});
