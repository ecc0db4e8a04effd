import { BadRequestError, ValidationFailedError } from '@waybill/core';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { pointerOf, type Violation, violationsOf } from './field-errors';
import { findUnsafePart } from './unsafe-parts';

type DtoClass = new () => object;

/** Validates a JSON body against its DTO class. @throws ValidationFailedError that points to every invalid field. */
export async function validateBody<T extends object>(dto: new () => T, body: unknown): Promise<T> {
  if (!isPlainObject(body))
    throw ValidationFailedError.at('', 'is_object', 'The body must be a JSON object.');
  const [instance, violations] = await check(dto, body);
  if (violations.length === 0) return instance as T;
  throw new ValidationFailedError(
    violations.map(({ path, ...rest }) => ({ ...rest, pointer: pointerOf(path) })),
  );
}

/**
 * Validates query parameters against their DTO class; without a class, every parameter is refused.
 * @throws BadRequestError that names every invalid parameter.
 */
export async function validateQuery(
  dto: DtoClass | undefined,
  query: Record<string, unknown>,
): Promise<object> {
  const names = Object.keys(query);
  const repeated = names.filter((name) => typeof query[name] !== 'string');
  if (repeated.length > 0) throw badParameters(repeated, 'repeated', 'Send this parameter only once.');
  if (!dto && names.length > 0) throw badParameters(names, 'unknown_parameter', 'This parameter is unknown.');
  if (!dto) return {};
  if (names.length === 0 && acceptsEmptyQuery.has(dto)) return new dto();
  const [instance, violations] = await check(dto, query);
  if (violations.length === 0) {
    if (names.length === 0) acceptsEmptyQuery.add(dto);
    return instance;
  }
  throw new BadRequestError(violations.map((violation) => parameterError(violation)));
}

// DTO classes that accept an empty query. Caches the result of validating one.
const acceptsEmptyQuery = new Set<DtoClass>();

const badParameters = (names: string[], code: string, detail: string): BadRequestError =>
  new BadRequestError(names.map((parameter) => ({ code, detail, parameter })));

async function check(dto: DtoClass, plain: object): Promise<[object, Violation[]]> {
  const unsafe = findUnsafePart(plain);
  if (unsafe) return [plain, [unsafe]];
  const instance = plainToInstance(dto, plain, { exposeUnsetFields: false });
  const errors = await validate(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
  });
  return [instance, violationsOf(errors)];
}

const parameterError = ({ code, detail, path }: Violation) => ({
  code: code === 'unknown_field' ? 'unknown_parameter' : code,
  detail: code === 'unknown_field' ? 'This parameter is unknown.' : detail,
  parameter: path.join('.'),
});

const isPlainObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
