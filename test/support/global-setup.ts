import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { migrate as migrateDatabase } from '../../libs/database/src/data-source';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../libs/embedded-postgres/src/embedded-postgres';
import { ENV_NAMES } from './database';
import { describeServices, findServices } from './services';
import { removeStaleRunFolders, makeRunFolder, createRunName, openRun } from './test-run';

declare global {
  /** Set by the global set-up for the global teardown. */
  var closeTestRun: (() => Promise<void>) | undefined;
}

const ROOT = path.resolve(__dirname, '../..');

/** Prepares the run: a PostgreSQL cluster, a migrated template on each PostgreSQL, and the URLs of found services. */
export default async function globalSetup(): Promise<void> {
  await assertBuilt();
  const { found, missing } = await findServices(process.env);
  process.stdout.write(
    `\nServices for these tests, besides the embedded parts:\n${describeServices(found, missing)}\n`,
  );
  await removeStaleRunFolders();

  const run = createRunName();
  const embedded = await startCluster();
  const urls = { embedded: embedded.url, ...Object.fromEntries(found.map(({ name, url }) => [name, url])) };
  const closers = [embedded.remove];
  globalThis.closeTestRun = async () => {
    for (const close of closers.toReversed()) await close();
  };
  try {
    for (const [name, url] of Object.entries(urls)) {
      process.env[ENV_NAMES[name as keyof typeof urls]] = url;
      if (name === 'embedded' || name === 'postgres')
        closers.push((await openRun(url, run, migrateToNewest)).close);
    }
  } catch (cause) {
    await globalThis.closeTestRun(); // jest does not call the teardown after a failed set-up
    throw cause;
  }
  process.env[ENV_NAMES.run] = run;
}

async function startCluster(): Promise<EmbeddedPostgres & { remove(): Promise<void> }> {
  const dir = makeRunFolder();
  const removeFolder = () => rmSync(dir, { recursive: true, force: true });
  try {
    const postgres = await startEmbeddedPostgres({ dir, ephemeral: true });
    return { ...postgres, remove: () => postgres.stop().finally(removeFolder) };
  } catch (cause) {
    removeFolder();
    throw cause;
  }
}

/** Checks that the application is built, because the tests start built servers and use the migrations of the build. */
async function assertBuilt(): Promise<void> {
  const { sourcesDigest, staleBuild } = (await import(path.join(ROOT, 'tools/bootstrap/build.mjs'))) as {
    sourcesDigest(root: string): string;
    staleBuild(root: string, digest: string): string | undefined;
  };
  const reason = staleBuild(ROOT, sourcesDigest(ROOT));
  if (!reason) return;
  const advice = `${reason}: run \`node tools/bootstrap.js\`, or \`npm test\`, which does`;
  if (!existsSync(path.join(ROOT, 'dist/apps/server/main.js'))) throw new Error(advice);
  process.stderr.write(`\nThe build that is tested is stale: ${advice}\n`);
}

/** Uses the build, because entities need its decorator metadata, and Nest's modules are ESM. */
async function migrateToNewest(url: string): Promise<void> {
  const built = <T>(file: string) => require(path.join(ROOT, 'dist', file)) as T;
  const { migrate } = built<{ migrate: typeof migrateDatabase }>('libs/database/src/index.js');
  const { schema } = built<{ schema: Omit<Parameters<typeof migrateDatabase>[0], 'url'> }>(
    'apps/server/src/schema.js',
  );
  await migrate({ ...schema, url });
}
