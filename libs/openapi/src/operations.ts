import { problemsOf, type Route } from '@waybill/http';
import { describeAccess } from './access-docs';
import { addExample, exampleOf } from './examples';
import { headerParametersOf } from './parameters';
import { addProblemReplies } from './problem-replies';
import { completeSuccessReplies } from './success-replies';
import type { ApiDescription, Operation, Parameter } from './types';

/**
 * Adds what the route of an operation declares, and what applies to all routes of its shape.
 * @throws Error that names the missing declaration.
 */
export function completeOperation(
  document: ApiDescription,
  operation: Operation,
  route: Route,
  tags: Readonly<Record<string, string>>,
): void {
  checkDeclarations(operation, tags);
  splitSummary(operation);
  describeAccess(operation, route.access);
  for (const parameter of operation.parameters ?? []) checkParameter(document, parameter as Parameter);
  for (const media of Object.values(operation.requestBody?.content ?? {}))
    addExample(media, document.components.schemas);
  const problems = problemsOf(route);
  operation.parameters = [...(operation.parameters ?? []), ...headerParametersOf(route)];
  completeSuccessReplies(document, operation, route);
  addProblemReplies(document, operation, route, problems);
}

function checkDeclarations(
  { operationId, tags: given, summary, responses }: Operation,
  tags: Readonly<Record<string, string>>,
): void {
  if (!operationId) throw new Error('it has no operationId (@ApiOperation)');
  if (!summary) throw new Error('it has no summary (the first sentence of the comment on its method)');
  const [tag, ...more] = given ?? [];
  if (tag === undefined || more.length > 0) throw new Error('it needs exactly one tag (@ApiTags)');
  if (!(tag in tags)) throw new Error(`its tag ${tag} is not described by any module's manifest`);
  if (Object.keys(responses).every((status) => !/^[23]\d\d$/.test(status)))
    throw new Error('it declares no success reply');
}

/** Splits the comment on a method: its first sentence becomes the summary, the rest the description. */
function splitSummary(operation: Operation): void {
  const [first = '', ...rest] = (operation.summary ?? '').split(/(?<=[.:;]) /);
  operation.summary = first.replace(/[.:;]$/, '');
  const more = rest.join(' ');
  if (more) operation.description ??= `${more.charAt(0).toUpperCase()}${more.slice(1)}`;
}

function checkParameter({ components }: ApiDescription, parameter: Parameter): void {
  if (parameter.in === 'path')
    exampleOf(parameter.schema, components.schemas, `the parameter ${parameter.name}`);
}
