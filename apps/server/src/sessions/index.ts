export { BootstrapKey } from './bootstrap-key';
export { roles } from './roles';
export { SessionsModule } from './sessions.module';
export { SessionsPurge } from './sessions.purge';
export { sessionsSchema } from './sessions.schema';
export { CreateUserDto } from './users.dto';
export { UsersModule } from './users.module';
export { UsersService } from './users.service';
