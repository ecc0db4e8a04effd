import { newCustomer } from '../support/callers';
import { newKey, newStaff, signIn } from '../support/staff';
import { useServer } from '../support/use-server';

describe('GET /me', () => {
  const { api, admin } = useServer();

  it('shows a customer their session', async () => {
    const customer = await newCustomer(api);
    const { body: session } = await customer.get('/sessions/current');
    const { status, body } = await customer.get('/me');
    expect(status).toBe(200);
    expect(body).toEqual({
      kind: 'customer',
      id: session.id,
      user: null,
      api_key: null,
      scopes: [],
      expires_at: session.expires_at,
    });
  });

  it('shows staff their user and the scopes of their role', async () => {
    const agent = await newStaff(admin, 'agent');
    const { body } = await api.as({ cookie: await signIn(api, agent) }).get('/me');
    expect(body).toMatchObject({
      kind: 'staff',
      user: { id: agent.id, email: agent.email, role: 'agent' },
      api_key: null,
    });
    expect(body.scopes).toEqual(expect.arrayContaining(['packages:read_all', 'tickets:manage']));
    expect(body.scopes).not.toContain('users:manage');
  });

  it('shows an API key its name, prefix, scopes and expiry', async () => {
    const { key, id } = await newKey(admin, ['jobs:run', 'audit:read']);
    const { body: stored } = await admin.get(`/api-keys/${id}`);
    const { body } = await api.as({ key }).get('/me');
    expect(body).toEqual({
      kind: 'api_key',
      id,
      user: null,
      api_key: { name: stored.name, prefix: stored.prefix },
      scopes: ['audit:read', 'jobs:run'],
      expires_at: stored.expires_at,
    });
  });

  it('refuses a caller without credentials', async () => {
    expect((await api.anonymous().get('/me')).status).toBe(401);
  });
});
