import { Type } from 'class-transformer';
import { IsObject, IsString, ValidateNested } from 'class-validator';
import fc from 'fast-check';
import type { DomainError } from '../problems/domain-error';
import { BadRequestError, ValidationFailedError } from '../problems/errors';
import { validateBody, validateQuery } from './validate';

class Inner {
  @IsString()
  deep!: string;
}

class Outer {
  @IsString()
  name!: string;

  @IsObject()
  @ValidateNested()
  @Type(() => Inner)
  inner!: Inner;
}

const good = { name: 'a', inner: { deep: 'b' } };
const errorsOf = async (work: Promise<unknown>) =>
  work.then(
    () => [],
    (error: DomainError) => error.extras.errors,
  );

describe('validateBody', () => {
  it('gives an instance of the class', async () => {
    const body = await validateBody(Outer, good);
    expect(body).toBeInstanceOf(Outer);
    expect(body.inner).toBeInstanceOf(Inner);
  });

  it('points at every field at fault, however deep, and escapes as RFC 6901 says', async () => {
    const errors = await errorsOf(validateBody(Outer, { inner: { deep: 1, 'a/b': 1 }, 'x~y': 1 }));
    expect(errors).toEqual([
      { code: 'unknown_field', detail: 'There is no such field.', pointer: '/x~0y' },
      { code: 'required', detail: 'This field is required.', pointer: '/name' },
      { code: 'unknown_field', detail: 'There is no such field.', pointer: '/inner/a~1b' },
      { code: 'is_string', detail: 'deep must be a string.', pointer: '/inner/deep' },
    ]);
  });

  it.each([undefined, null, [], 'a', 1, true])('refuses %p for an object', async (body) => {
    expect(await errorsOf(validateBody(Outer, body))).toMatchObject([{ code: 'is_object', pointer: '' }]);
  });

  it('refuses nesting that would exhaust the stack of whoever walks it', async () => {
    const deep = JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`) as object;
    expect(await errorsOf(validateBody(Outer, deep))).toMatchObject([{ code: 'too_deep', pointer: '' }]);
    const broad = JSON.parse(`{"name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`) as object;
    expect(await errorsOf(validateBody(Outer, broad))).toMatchObject([{ code: 'too_deep' }]);
  });

  it('never throws anything but its own refusal, whatever JSON comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 6 }), async (json) => {
        const outcome = await validateBody(Outer, JSON.parse(json)).catch((error: unknown) => error);
        return outcome instanceof Outer || outcome instanceof ValidationFailedError;
      }),
    );
  });
});

describe('validateQuery', () => {
  it('names what is unknown, and what is repeated', async () => {
    expect(await errorsOf(validateQuery(Inner, { deep: 'a', other: 'b' }))).toEqual([
      { code: 'unknown_parameter', detail: 'There is no such parameter.', parameter: 'other' },
    ]);
    expect(await errorsOf(validateQuery(Inner, { deep: ['a', 'b'] }))).toMatchObject([
      { code: 'repeated', parameter: 'deep' },
    ]);
    await expect(validateQuery(undefined, { a: '1' })).rejects.toBeInstanceOf(BadRequestError);
  });
});
