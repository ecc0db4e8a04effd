import { BadRequestError, type DomainError, ValidationFailedError } from '@waybill/core';
import { Type } from 'class-transformer';
import { IsObject, IsString, ValidateNested } from 'class-validator';
import fc from 'fast-check';
import { Nullable, Optional } from './decorators';
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
  it('returns an instance of the class', async () => {
    const body = await validateBody(Outer, good);
    expect(body).toBeInstanceOf(Outer);
    expect(body.inner).toBeInstanceOf(Inner);
  });

  it('returns a pointer to every invalid field at any depth, escaped as in RFC 6901', async () => {
    const errors = await errorsOf(validateBody(Outer, { inner: { deep: 1, 'a/b': 1 }, 'x~y': 1 }));
    expect(errors).toEqual([
      { code: 'unknown_field', detail: 'This field is unknown.', pointer: '/x~0y' },
      { code: 'required', detail: 'This field is required.', pointer: '/name' },
      { code: 'unknown_field', detail: 'This field is unknown.', pointer: '/inner/a~1b' },
      { code: 'is_string', detail: 'deep must be a string.', pointer: '/inner/deep' },
    ]);
  });

  it.each([undefined, null, [], 'a', 1, true])('refuses %p instead of an object', async (body) => {
    expect(await errorsOf(validateBody(Outer, body))).toMatchObject([{ code: 'is_object', pointer: '' }]);
  });

  it.each(['toString', 'hasOwnProperty', '__proto__', 'constructor'])(
    'treats the name of an Object.prototype property as an unknown field: %s',
    async (name) => {
      const own = (pointer: string) => [{ code: 'unknown_field', detail: 'This field is unknown.', pointer }];
      const body = JSON.parse(`{"name":"a","inner":{"deep":"b","${name}":{}}}`) as object;
      expect(await errorsOf(validateBody(Outer, body))).toEqual(own(`/inner/${name}`));
      expect(await errorsOf(validateBody(Outer, JSON.parse(`{"${name}":1}`)))).toEqual(own(`/${name}`));
    },
  );

  it('refuses text that PostgreSQL cannot store, at any depth', async () => {
    for (const deep of ['\ud800', 'a\0'])
      expect(await errorsOf(validateBody(Outer, { name: 'a', inner: { deep } }))).toMatchObject([
        { code: 'unstorable_text', pointer: '/inner/deep' },
      ]);
  });

  it('accepts null only for nullable fields, and requires them', async () => {
    class Fields {
      @Optional()
      @IsString()
      absent?: string;

      @Nullable()
      @IsString()
      empty!: string | null;

      @Optional()
      @Nullable()
      @IsString()
      both?: string | null;

      @Optional()
      @ValidateNested()
      @Type(() => Inner)
      nested?: Inner;
    }
    expect(await errorsOf(validateBody(Fields, { empty: null, both: null }))).toEqual([]);
    const errors = await errorsOf(validateBody(Fields, { absent: null, nested: null }));
    expect(errors?.toSorted((a, b) => (String(a.pointer) < String(b.pointer) ? -1 : 1))).toMatchObject([
      { code: 'not_nullable', pointer: '/absent' },
      { code: 'required', pointer: '/empty' },
      { code: 'not_nullable', pointer: '/nested' },
    ]);
  });

  it('throws only validation errors, for any JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 6 }), async (json) => {
        const outcome = await validateBody(Outer, JSON.parse(json)).catch((error: unknown) => error);
        return outcome instanceof Outer || outcome instanceof ValidationFailedError;
      }),
    );
  });
});

describe('validateQuery', () => {
  it('names unknown and repeated parameters', async () => {
    expect(await errorsOf(validateQuery(Inner, { deep: 'a', other: 'b' }))).toEqual([
      { code: 'unknown_parameter', detail: 'This parameter is unknown.', parameter: 'other' },
    ]);
    expect(await errorsOf(validateQuery(Inner, { deep: ['a', 'b'] }))).toMatchObject([
      { code: 'repeated', parameter: 'deep' },
    ]);
    await expect(validateQuery(undefined, { a: '1' })).rejects.toBeInstanceOf(BadRequestError);
  });
});
