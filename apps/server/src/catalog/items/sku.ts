import { Injectable, type PipeTransform } from '@nestjs/common';

/** Safe in a URL without encoding. Letter case matters. */
export const SKU_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';

const EXPRESSION = new RegExp(SKU_PATTERN);
/** A SKU that no item has. */
export const NO_SKU = '';

/** Parses a SKU in the path. Maps an invalid value to a SKU that never exists; see `IntegerId`. */
@Injectable()
export class Sku implements PipeTransform<string, string> {
  transform(value: string): string {
    return EXPRESSION.test(value) ? value : NO_SKU;
  }
}

/** For `@ApiParam`. */
export const skuParameter = {
  name: 'sku',
  description: 'Stock keeping unit. Letter case matters.',
  schema: { type: 'string', pattern: SKU_PATTERN, examples: ['BOOTS-42'] },
};
