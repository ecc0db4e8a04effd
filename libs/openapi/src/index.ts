export type { ApiAbout } from './base-document';
export { buildDocument } from './build-document';
export { setsCookie } from './headers';
export { OpenApiModule } from './openapi.module';
export { OpenSchema } from './open-schema';
export { projectFile } from './project-file';
export { uuidParameter } from './parameters';
