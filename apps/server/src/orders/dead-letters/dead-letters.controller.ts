import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { PreconditionRequiredError, type RequestContext } from '@waybill/core';
import { ApiProblems, Ctx, ETag, Idempotent, Matched, RequireScopes, UuidId } from '@waybill/http';
import { uuidParameter } from '@waybill/openapi';
import { ordersScopes } from '../orders.scopes';
import {
  CorrectDeadLetterDto,
  DeadLetterPage,
  DiscardDto,
  FullDeadLetterDto,
  ListDeadLettersQuery,
  RedriveDto,
  RedriveManyDto,
  RedriveResultDto,
  toDeadLetterDto,
} from './dead-letters.dto';
import { DeadLetterClosedError, DeadLetterNotFoundError, RedriveLimitError } from './dead-letters.errors';
import {
  correctedDeadLetter,
  discardedDeadLetter,
  openDeadLetter,
  redrivenDeadLetter,
} from './dead-letters.examples';
import { DeadLettersService } from './dead-letters.service';

@ApiTags('dead-letters')
@Controller('api/v1/orders/dead-letters')
export class DeadLettersController {
  constructor(private readonly letters: DeadLettersService) {}

  /** List dead letters. Newest first. A dead letter is a message from a shop that could not be stored as an order. */
  @Get()
  @RequireScopes(ordersScopes.redrive)
  @ApiOperation({ operationId: 'listDeadLetters' })
  @ApiOkResponse({ type: DeadLetterPage })
  async list(@Ctx() ctx: RequestContext, @Query() query: ListDeadLettersQuery): Promise<DeadLetterPage> {
    const page = await this.letters.list(ctx, query);
    return { ...page, items: page.items.map(toDeadLetterDto) };
  }

  /** Redrive many dead letters. Tries again to store up to 100 open dead letters, oldest first. Skips those that another request is changing. */
  @Post('redrive')
  @HttpCode(HttpStatus.OK)
  @RequireScopes(ordersScopes.redrive)
  @Idempotent()
  @ApiOperation({ operationId: 'redriveDeadLetters' })
  @ApiOkResponse({ type: RedriveResultDto })
  redriveMany(@Ctx() ctx: RequestContext, @Body() dto: RedriveManyDto): Promise<RedriveResultDto> {
    return this.letters.redriveMany(ctx, dto);
  }

  /** Get a dead letter with its message. */
  @Get(':id')
  @RequireScopes(ordersScopes.redrive)
  @ETag()
  @ApiProblems(DeadLetterNotFoundError)
  @ApiOperation({ operationId: 'getDeadLetter' })
  @ApiParam(uuidParameter('id'))
  @ApiOkResponse({ type: FullDeadLetterDto, example: openDeadLetter })
  get(@Ctx() ctx: RequestContext, @Param('id', UuidId) id: string): Promise<FullDeadLetterDto> {
    return this.letters.get(ctx, id);
  }

  /** Correct a dead letter. Saves a corrected order for the next redrive, and replaces an earlier correction. The original message is kept. */
  @Put(':id/correction')
  @RequireScopes(ordersScopes.redrive)
  @ETag()
  @Matched()
  @ApiProblems(DeadLetterNotFoundError, DeadLetterClosedError, PreconditionRequiredError)
  @ApiOperation({ operationId: 'correctDeadLetter' })
  @ApiParam(uuidParameter('id'))
  @ApiOkResponse({ type: FullDeadLetterDto, example: correctedDeadLetter })
  correct(
    @Ctx() ctx: RequestContext,
    @Param('id', UuidId) id: string,
    @Body() { order }: CorrectDeadLetterDto,
  ): Promise<FullDeadLetterDto> {
    return this.letters.correct(ctx, id, order);
  }

  /**
   * Redrive a dead letter. Tries to store the correction, or the original message if there is none. The state is `redriven` on success. It
   * stays `open` on failure, and `reason` and `detail` explain why. Also succeeds if the dead letter is already redriven.
   */
  @Post(':id/redrive')
  @HttpCode(HttpStatus.OK)
  @RequireScopes(ordersScopes.redrive)
  @ETag()
  @Matched()
  @Idempotent()
  @ApiProblems(DeadLetterNotFoundError, DeadLetterClosedError, RedriveLimitError)
  @ApiOperation({ operationId: 'redriveDeadLetter' })
  @ApiParam(uuidParameter('id'))
  @ApiOkResponse({ type: FullDeadLetterDto, example: redrivenDeadLetter })
  redrive(
    @Ctx() ctx: RequestContext,
    @Param('id', UuidId) id: string,
    @Body() { force = false }: RedriveDto,
  ): Promise<FullDeadLetterDto> {
    return this.letters.redrive(ctx, id, force);
  }

  /** Discard a dead letter. You can still read it, but no longer correct or redrive it. Also succeeds if it is already discarded. */
  @Post(':id/discard')
  @HttpCode(HttpStatus.OK)
  @RequireScopes(ordersScopes.redrive)
  @ETag()
  @Matched()
  @Idempotent()
  @ApiProblems(DeadLetterNotFoundError, DeadLetterClosedError)
  @ApiOperation({ operationId: 'discardDeadLetter' })
  @ApiParam(uuidParameter('id'))
  @ApiOkResponse({ type: FullDeadLetterDto, example: discardedDeadLetter })
  discard(
    @Ctx() ctx: RequestContext,
    @Param('id', UuidId) id: string,
    @Body() { reason }: DiscardDto,
  ): Promise<FullDeadLetterDto> {
    return this.letters.discard(ctx, id, reason);
  }
}
