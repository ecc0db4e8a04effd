import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { WorkContext } from '@waybill/database';
import { scopes } from '@waybill/http';
import { generateApiKey, hashSecret, visiblePrefix } from './api-key-format';
import { ApiKeysRepository } from './api-keys.repository';

// One row for ever, whatever the key is: what it owns stays its own when the key changes.
const BOOTSTRAP_ID = '00000000-0000-7000-8000-000000000001';

/** The first administrator's API key: from the configuration, or made once and kept in a file that only its owner reads. */
@Injectable()
export class BootstrapKey implements OnApplicationBootstrap {
  /** Where the key is kept, unless the configuration gives it. */
  readonly file: string;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly keys: ApiKeysRepository,
  ) {
    this.file = join(config.dataDir, 'admin.key');
  }

  async onApplicationBootstrap(): Promise<void> {
    const key = this.read();
    if (key === undefined) return;
    await this.keys.replace(new WorkContext(), {
      id: BOOTSTRAP_ID,
      name: 'bootstrap',
      prefix: visiblePrefix(key),
      keyHash: hashSecret(key),
      scopes: [...scopes],
      ownerId: BOOTSTRAP_ID,
    });
  }

  /** The key; undefined in a process that is one of many and was given none, for each would make its own. */
  read(): string | undefined {
    if (this.config.bootstrapAdminKey !== undefined) return this.config.bootstrapAdminKey;
    if (this.config.role !== 'all') return undefined;
    try {
      return readFileSync(this.file, 'utf8').trim();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const key = generateApiKey();
    mkdirSync(this.config.dataDir, { recursive: true });
    writeFileSync(this.file, `${key}\n`, { mode: 0o600, flag: 'wx' });
    return key;
  }
}
