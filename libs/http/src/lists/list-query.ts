import { ApiPropertyOptional } from '@nestjs/swagger';
import type { PageRequest } from '@waybill/core';
import { IsString, MaxLength } from 'class-validator';
import { FromDigits, IsWholeNumber, Optional } from '../validation/decorators';

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 200;

/** The parameters of every list. */
export class ListQuery implements PageRequest {
  @ApiPropertyOptional({ description: 'Number of items per page.', default: DEFAULT_LIMIT })
  @FromDigits()
  @IsWholeNumber(1, MAX_LIMIT)
  limit: number = DEFAULT_LIMIT;

  @ApiPropertyOptional({
    description: 'The `next_cursor` of the previous page. Keep the same filters.',
    maxLength: 512,
  })
  @Optional()
  @IsString()
  @MaxLength(512)
  cursor?: string;
}
