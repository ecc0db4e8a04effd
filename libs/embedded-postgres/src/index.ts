export { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres';
export { EmbeddedPostgresError } from './embedded-postgres.error';
export { makeFolder } from './folder';
export { runningEmbeddedPostgres } from './running';
