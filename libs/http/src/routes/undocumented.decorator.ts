import { applyDecorators } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { declareRoute } from './route-metadata';

/** Keeps a route out of the OpenAPI document: a page or a file for browsers, which no program calls. */
export const Undocumented = (): MethodDecorator =>
  applyDecorators(ApiExcludeEndpoint(), declareRoute({ undocumented: true }));
