import { ApiKeyEntity } from './api-key.entity';
import { CreateSessions1763600000000 } from './migrations/1763600000000-create-sessions';
import { SessionEntity } from './session.entity';

export { BootstrapKey } from './bootstrap-key';
export { SessionsModule } from './sessions.module';

export const sessionsSchema = {
  entities: [SessionEntity, ApiKeyEntity],
  migrations: [CreateSessions1763600000000],
};
