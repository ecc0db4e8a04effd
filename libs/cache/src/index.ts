export { type CacheOptions, CacheModule } from './cache.module';
export { keysOf } from './keys';
export { SharedCache } from './shared-cache';
