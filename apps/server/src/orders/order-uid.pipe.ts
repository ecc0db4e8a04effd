import { Injectable, type PipeTransform } from '@nestjs/common';

const MAX_LENGTH = 128;

/**
 * Parses an order's UID in the path. Maps an invalid UID to an empty one, which no order has, so the response is 404.
 */
@Injectable()
export class OrderUid implements PipeTransform<string, string> {
  transform(value: string): string {
    return value.length <= MAX_LENGTH && !value.includes('\0') && value.isWellFormed() ? value : '';
  }
}
