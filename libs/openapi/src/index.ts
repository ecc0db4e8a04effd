export type { ApiAbout } from './base-document';
export { publishDocument } from './build-document';
export { setsCookie } from './headers';
export { OpenApiModule } from './openapi.module';
export { projectFile } from './project-file';
export { uuidParameter } from './parameters';
