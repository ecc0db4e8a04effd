import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { validateBody } from './validate';

/** Validates every `@Body()` against the class that the controller declares for it. An absent body counts as an empty object. */
@Injectable()
export class BodyPipe implements PipeTransform {
  async transform(value: unknown, { type, metatype }: ArgumentMetadata): Promise<unknown> {
    return type === 'body' && metatype
      ? validateBody(metatype as new () => object, value === undefined ? {} : value)
      : value;
  }
}
