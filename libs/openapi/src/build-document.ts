import type { INestApplication } from '@nestjs/common';
import { SwaggerModule } from '@nestjs/swagger';
import { problemsOf, type Route, RouteTable } from '@waybill/http';
import { type ApiInfo, baseDocument, tagsOf } from './base-document';
import { headerComponents } from './headers';
import { OpenApiDocument, openApiDocumentSchema } from './open-api-document';
import { completeOperation } from './operations';
import { parameterComponents } from './parameters';
import { problemSchemas } from './problem-schema';
import { closeRequestSchemas, normaliseSchemas, operationsOf } from './schemas';
import type { ApiDescription, Operation } from './types';

/**
 * Builds the OpenAPI 3.1 document of an initialised application, and stores it for `/api/openapi.json`. Adds the
 * routes' own declarations and the API's conventions to the output of @nestjs/swagger.
 * @throws Error that names the route without a declaration.
 */
export function buildDocument(app: INestApplication, about: ApiInfo): void {
  const document = SwaggerModule.createDocument(app, baseDocument(about)) as unknown as ApiDescription;
  normaliseSchemas(document);
  Object.assign(document.components, {
    responses: {},
    examples: {},
    headers: headerComponents,
    parameters: parameterComponents,
  });
  const routes = app.get(RouteTable).routes.filter(({ undocumented }) => !undocumented);
  const errors = [...new Set(routes.flatMap(problemsOf))];
  Object.assign(document.components.schemas, problemSchemas(errors), {
    OpenApiDocument: openApiDocumentSchema,
  });
  const known = tagsOf(about);
  for (const route of routes) complete(document, route, known);
  closeRequestSchemas(document);
  keepUsedComponents(document);
  const usedTags = new Set(operationsOf(document).flatMap(({ tags }) => tags ?? []));
  document.tags = document.tags.filter(({ name }) => usedTags.has(name));
  app.get(OpenApiDocument).publish(document);
}

function keepUsedComponents(document: ApiDescription): void {
  const json = JSON.stringify(document);
  for (const kind of ['headers', 'parameters'] as const) {
    const entries = Object.entries(document.components[kind]);
    const used = entries.filter(([name]) => json.includes(`"#/components/${kind}/${name}"`));
    Object.assign(document.components, { [kind]: Object.fromEntries(used) });
  }
}

function complete(document: ApiDescription, route: Route, tags: Readonly<Record<string, string>>): void {
  try {
    completeOperation(document, operationOf(document, route), route, tags);
  } catch (cause) {
    throw new Error(`OpenAPI: ${route.method} ${route.path}: ${(cause as Error).message}`, { cause });
  }
}

function operationOf({ paths }: ApiDescription, { method, path }: Route): Operation {
  const operation = paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
  if (!operation)
    throw new Error('it is not in the document; to exclude it on purpose, declare it @Undocumented()');
  return operation;
}
