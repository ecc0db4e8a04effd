export type { ApiInfo } from './base-document';
export { buildDocument } from './build-document';
export { downloadHeaders, setsCookie } from './headers';
export { OpenApiModule } from './openapi.module';
export { OpenSchema } from './open-schema';
export { uuidParameter } from './parameters';
