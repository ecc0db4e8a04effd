export { CacheModule } from './cache.module';
