import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CONFIG, type Config, ConfigurationError } from '@waybill/config';
import { knowSecret, scopes, TransactionContext } from '@waybill/core';
import { makeFolder } from '@waybill/embedded-postgres';
import { generateApiKey, hashSecret, visiblePrefix } from './api-key-format';
import { ApiKeysRepository } from './api-keys.repository';

// One row for ever, whatever the key is: what it owns stays its own when the key changes.
const BOOTSTRAP_ID = '00000000-0000-7000-8000-000000000001';

/** The first administrator's API key: from the configuration, or made once and kept in a file that only its owner reads. */
@Injectable()
export class BootstrapKey implements OnApplicationBootstrap {
  /** Where the key is kept, unless the configuration gives it. */
  readonly file: string;

  /** The key where this process has made it: a person who started it has not seen it yet. */
  made?: string;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly keys: ApiKeysRepository,
  ) {
    this.file = join(config.dataDir, 'admin.key');
  }

  async onApplicationBootstrap(): Promise<void> {
    const key = this.read();
    if (key === undefined) return;
    knowSecret(key);
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
   * The key; undefined in a process that is one of many and was given none, for each would make its own.
   * @throws ConfigurationError where the file holds nothing, can't be read or can't be made.
   */
  read(): string | undefined {
    if (this.config.bootstrapAdminKey !== undefined) return this.config.bootstrapAdminKey;
    if (this.config.role !== 'all') return undefined;
    try {
      return this.kept() ?? (this.made = this.make());
    } catch (error) {
      if (error instanceof ConfigurationError) throw error;
      const { code } = error as NodeJS.ErrnoException;
      throw new ConfigurationError([
        `DATA_DIR: the administrator's key can't be kept in ${this.file} (${code}); give another folder, or BOOTSTRAP_ADMIN_KEY`,
      ]);
    }
  }

  private kept(): string | undefined {
    let key: string;
    try {
      key = readFileSync(this.file, 'utf8').trim();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    if (key === '')
      throw new ConfigurationError([
        `DATA_DIR: ${this.file} is empty; delete it, and the next start makes a new administrator's key`,
      ]);
    return key;
  }

  // Written whole under another name and then linked: a crash leaves no half of a key, and no other process's is replaced.
  private make(): string {
    const key = generateApiKey();
    const whole = `${this.file}.${randomUUID()}`;
    makeFolder(this.config.dataDir);
    try {
      writeFileSync(whole, `${key}\n`, { mode: 0o600, flag: 'wx', flush: true });
      linkSync(whole, this.file);
    } finally {
      rmSync(whole, { force: true });
    }
    return key;
  }
}
