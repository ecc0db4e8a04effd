import { ApiPropertyOptional } from '@nestjs/swagger';
import type { PageRequest } from '@waybill/core';
import { IsString, MaxLength } from 'class-validator';
import { FromDigits, IsWholeNumber, Optional } from '../validation/decorators';

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 200;

/** The parameters of every list. */
export class ListQuery implements PageRequest {
  @ApiPropertyOptional({ description: 'How many items a page has.', default: DEFAULT_LIMIT })
  @FromDigits()
  @IsWholeNumber(1, MAX_LIMIT)
  limit: number = DEFAULT_LIMIT;

  @ApiPropertyOptional({
    description: 'Where to go on: the `next_cursor` of the page before, with the same filters.',
    maxLength: 512,
  })
  @Optional()
  @IsString()
  @MaxLength(512)
  cursor?: string;
}
