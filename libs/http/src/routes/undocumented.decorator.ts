import { applyDecorators } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { declareRoute } from './route-metadata';

/** Excludes a route from the OpenAPI document: a page or a file for browsers, which no API client calls. */
export const Undocumented = (): MethodDecorator =>
  applyDecorators(ApiExcludeEndpoint(), declareRoute({ undocumented: true }));
