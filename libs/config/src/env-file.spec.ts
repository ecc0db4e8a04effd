import { envFileWarnings } from './env-file';

describe('a .env', () => {
  it('is silent about what Waybill and its neighbours read, comments, and values of many lines', () => {
    const text = `# a comment
PORT=9000
export HOST = 0.0.0.0 # in a container
DATABASE_URL_FILE=/run/secrets/database
BOOTSTRAP_ADMIN_KEY=
TLS_CERT="-----BEGIN CERTIFICATE-----
no assignment
-----END CERTIFICATE-----"

TZ=UTC
COMPOSE_PROJECT_NAME=waybill\r\n`;
    expect(envFileWarnings(text)).toEqual([]);
  });

  it.each([
    ['PROT=8000', 'PORT'],
    ['port=8000', 'PORT'],
    ['DATABASEURL=x', 'DATABASE_URL'],
    ['DATABASE_URI=x', 'DATABASE_URL'],
    ['REDIS_URLS=x', 'REDIS_URL'],
    ['LOGLEVEL=debug', 'LOG_LEVEL'],
    ['BOOTSTRAP_ADMIN_KEY_FLIE=x', 'BOOTSTRAP_ADMIN_KEY_FILE'],
  ])('with %s is told that %s is near', (line, near) => {
    const [name] = line.split('=');
    expect(envFileWarnings(`\n${line}\n`)).toEqual([
      `.env, line 2: unknown variable ${name}; did you mean ${near}?`,
    ]);
  });

  it('with a name that is like none is told where they are listed', () => {
    expect(envFileWarnings('COLOUR=blue')).toEqual([
      '.env, line 1: unknown variable COLOUR; see .env.example for the variables that it reads.',
    ]);
  });

  it('with lines that assign nothing is told which, without what they hold', () => {
    const warnings = envFileWarnings('PORT 8000\nHOST=::1\ns3cret\n');
    expect(warnings).toEqual([
      '.env, line 1: not a NAME=value assignment; ignored.',
      '.env, line 3: not a NAME=value assignment; ignored.',
    ]);
  });
});
