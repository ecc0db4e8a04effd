import { envFileWarnings } from './env-file';

describe('a .env', () => {
  it('gives no warning about known variables, comments and values of several lines', () => {
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
  ])('with %s gets the suggestion %s', (line, near) => {
    const [name] = line.split('=');
    expect(envFileWarnings(`\n${line}\n`)).toEqual([
      `.env, line 2: unknown variable ${name}; did you mean ${near}?`,
    ]);
  });

  it('with an unknown name gets a pointer to the list of variables', () => {
    expect(envFileWarnings('COLOUR=blue')).toEqual([
      '.env, line 1: unknown variable COLOUR; see .env.example for the variables that it reads.',
    ]);
  });

  it('with lines that assign nothing gets their numbers, not their contents', () => {
    const warnings = envFileWarnings('PORT 8000\nHOST=::1\ns3cret\n');
    expect(warnings).toEqual([
      '.env, line 1: not a NAME=value assignment; ignored.',
      '.env, line 3: not a NAME=value assignment; ignored.',
    ]);
  });
});
