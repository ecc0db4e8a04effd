import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CONFIG, type Config, ConfigurationError } from '@waybill/config';
import { registerSecret, scopes, TransactionContext } from '@waybill/core';
import { makeFolder } from '@waybill/embedded-postgres';
import { generateApiKey, hashSecret, visiblePrefix } from './api-key-format';
import { ApiKeysRepository } from './api-keys.repository';

// The bootstrap key always has the same row, so it keeps its packages, orders and tickets when the key changes.
const BOOTSTRAP_ID = '00000000-0000-7000-8000-000000000001';

/**
 * The first administrator's API key: from the configuration, or generated once and stored in a file that only its owner
 * can read.
 */
@Injectable()
export class BootstrapKey implements OnApplicationBootstrap {
  /** File that stores the key, unless it is configured. */
  readonly file: string;

  /** The key, if this process generated it: the person who started the process has not seen it yet. */
  generated?: string;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly keys: ApiKeysRepository,
  ) {
    this.file = join(config.dataDir, 'admin.key');
  }

  async onApplicationBootstrap(): Promise<void> {
    const key = this.read();
    if (key === undefined) return;
    registerSecret(key);
    await this.keys.replace(new TransactionContext(), {
      id: BOOTSTRAP_ID,
      name: 'bootstrap',
      prefix: visiblePrefix(key),
      keyHash: hashSecret(key),
      scopes: [...scopes],
      ownerId: BOOTSTRAP_ID,
    });
  }

  /**
   * Returns the key; undefined in a process of a fleet without a configured key, because each process would generate
   * its own.
   * @throws ConfigurationError if the file is empty, unreadable or can't be created.
   */
  read(): string | undefined {
    if (this.config.bootstrapAdminKey !== undefined) return this.config.bootstrapAdminKey;
    if (this.config.role !== 'all') return undefined;
    try {
      return this.readFile() ?? (this.generated = this.generate());
    } catch (error) {
      if (error instanceof ConfigurationError) throw error;
      const { code } = error as NodeJS.ErrnoException;
      throw new ConfigurationError([
        `DATA_DIR: can't read or store the administrator's key in ${this.file} (${code}); set another directory, or BOOTSTRAP_ADMIN_KEY`,
      ]);
    }
  }

  private readFile(): string | undefined {
    let key: string;
    try {
      key = readFileSync(this.file, 'utf8').trim();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    if (key === '')
      throw new ConfigurationError([
        `DATA_DIR: ${this.file} is empty; delete it, and the next start creates a new administrator's key`,
      ]);
    return key;
  }

  // Writes a temporary file and then links it, so that a crash leaves no partial key and no other process's key is
  // replaced.
  private generate(): string {
    const key = generateApiKey();
    const temporaryFile = `${this.file}.${randomUUID()}`;
    makeFolder(this.config.dataDir);
    try {
      writeFileSync(temporaryFile, `${key}\n`, { mode: 0o600, flag: 'wx', flush: true });
      linkSync(temporaryFile, this.file);
    } finally {
      rmSync(temporaryFile, { force: true });
    }
    return key;
  }
}
