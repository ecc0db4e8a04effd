export { connectRedis, type RedisClient } from './redis-client';
export { REDIS, RedisModule } from './redis.module';
