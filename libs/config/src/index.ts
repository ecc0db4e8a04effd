export { ConfigurationError, loadConfig, roles, type Config, type Role } from './config';
export { CONFIG, ConfigModule } from './config.module';
export { readEnvironment } from './read-environment';
export { type BrokerAddress, brokerAddress } from './broker-address';
export { type RedisAddress } from './redis-address';
