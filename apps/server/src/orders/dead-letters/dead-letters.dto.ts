import { ApiProperty } from '@nestjs/swagger';
import { IsText, IsWholeNumber, ListQuery, Optional } from '@waybill/http';
import { OpenSchema } from '@waybill/openapi';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsIn, IsObject, IsUUID } from 'class-validator';
import { type RejectionReason, rejectionReasons } from '../ingest/rejection';
import { correctedOrder } from './dead-letters.examples';
import { type DeadLetterState, deadLetterStates } from './dead-letter.entity';
import type { DeadLetterRow, FullDeadLetterRow } from './dead-letters.repository';

const MAX_REDRIVES = 100;
const reasons = Object.keys(rejectionReasons) as RejectionReason[];
const MEANINGS = Object.entries(rejectionReasons).map(([reason, meaning]) => `\`${reason}\`: ${meaning}`);

/** Filters for a list of dead letters. */
export class ListDeadLettersQuery extends ListQuery {
  /** Return only dead letters in this state. */
  @ApiProperty({ enum: deadLetterStates, enumName: 'DeadLetterState' })
  @Optional()
  @IsIn(deadLetterStates)
  state?: DeadLetterState;

  /** Return only dead letters with this reason. */
  @ApiProperty({ enum: reasons, enumName: 'RejectionReason' })
  @Optional()
  @IsIn(reasons)
  reason?: RejectionReason;
}

/** A message that could not be stored as an order. */
export class DeadLetterDto {
  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11" */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /**
   * `open`: not stored yet. `redriven`: stored by a redrive. `discarded`: closed without being stored.
   * @example "open"
   */
  @ApiProperty({ enum: deadLetterStates, enumName: 'DeadLetterState' })
  state!: DeadLetterState;

  @ApiProperty({
    description: MEANINGS.join(' '),
    enum: reasons,
    enumName: 'RejectionReason',
    example: 'invalid_order',
  })
  reason!: RejectionReason;

  /**
   * Human-readable explanation of the error.
   * @example "This field is required."
   */
  detail!: string;

  /**
   * JSON Pointer (RFC 6901) to the first invalid field. Null if the error is not in a single field.
   * @example "/items/0/price"
   */
  pointer!: string | null;

  /**
   * UID of the order. Null if the message has no readable UID.
   * @example "b563feb7b2b84b6test"
   */
  order_uid!: string | null;

  /**
   * Size of the message in bytes.
   * @example 912
   */
  size!: number;

  /**
   * Number of times that the message was received, redeliveries included.
   * @example 1
   */
  received!: number;

  /**
   * Number of redrives that failed.
   * @example 0
   */
  failed_redrives!: number;

  /**
   * `true` if a correction is saved.
   * @example false
   */
  corrected!: boolean;

  /** Reason given when it was discarded. Null unless the state is `discarded`. */
  discard_reason!: string | null;

  /** @example "2026-11-21T09:00:00.000Z" */
  created_at!: Date;

  /**
   * Time at which the message was last received.
   * @example "2026-11-21T09:00:00.000Z"
   */
  last_received_at!: Date;

  /**
   * Time of the last change.
   * @example "2026-11-21T09:00:00.000Z"
   */
  updated_at!: Date;
}

/** A dead letter with its message. */
export class FullDeadLetterDto extends DeadLetterDto {
  /**
   * The original message. If the message was larger than 1 MiB, only its first 64 KiB.
   * @example "{\"order_uid\": \"b563feb7b2b84b6test\"}"
   */
  message!: string;

  /**
   * Encoding of `message`: `base64` if the original message is not valid UTF-8.
   * @example "utf-8"
   */
  message_encoding!: 'utf-8' | 'base64';

  /** The corrected order as JSON text, for the next redrive. Null if there is none. */
  correction!: string | null;
}

/** A page of dead letters. */
export class DeadLetterPage {
  items!: DeadLetterDto[];

  /** Pass it as `cursor` to get the next page. Null on the last page. */
  next_cursor!: string | null;
}

/** An order with every field of the order model; see `Order`. Unknown fields are kept. */
@OpenSchema()
export class OrderMessageDto {}

/** A corrected order. */
export class CorrectDeadLetterDto {
  @ApiProperty({ example: correctedOrder })
  @IsObject()
  order!: OrderMessageDto;
}

/** How to redrive a dead letter. */
export class RedriveDto {
  /**
   * `true`: redrive it even after 5 failed redrives.
   * @example false
   */
  @Optional()
  @IsBoolean()
  force?: boolean;
}

/** Which dead letters to redrive. */
export class RedriveManyDto {
  /**
   * IDs of the dead letters to redrive. Those that are not open are skipped. Omit to redrive the oldest open dead letters.
   * @example ["019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11"]
   */
  @ApiProperty({ format: 'uuid', minItems: 1, maxItems: MAX_REDRIVES })
  @Optional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_REDRIVES)
  @IsUUID(undefined, { each: true })
  ids?: string[];

  /** Redrive only dead letters with this reason. */
  @ApiProperty({ enum: reasons, enumName: 'RejectionReason' })
  @Optional()
  @IsIn(reasons)
  reason?: RejectionReason;

  /**
   * Maximum number to redrive. Default: 100.
   * @example 100
   */
  @Optional()
  @IsWholeNumber(1, MAX_REDRIVES)
  limit?: number;

  /**
   * `true`: include dead letters with 5 or more failed redrives. Default: skip them.
   * @example false
   */
  @Optional()
  @IsBoolean()
  force?: boolean;
}

/** What became of the redriven dead letters. */
export class RedriveResultDto {
  /**
   * Number of dead letters that are now stored as orders.
   * @example 1
   */
  redriven!: number;

  /**
   * Number of dead letters that were rejected again. They stay open.
   * @example 0
   */
  failed!: number;

  /**
   * Number of `ids` that were skipped: unknown IDs, dead letters that are not open or are excluded by `reason`, `limit` or
   * `force`, and dead letters that another request is changing. 0 if `ids` is omitted.
   * @example 0
   */
  skipped!: number;
}

/** Why a dead letter is discarded. */
export class DiscardDto {
  /** @example "A test of the shop" */
  @IsText(1, 512)
  reason!: string;
}

export const toDeadLetterDto = (row: DeadLetterRow): DeadLetterDto => ({
  ...{ id: row.id, state: row.state, reason: row.reason, detail: row.detail, pointer: row.pointer },
  ...{ order_uid: row.orderUid, size: row.size, received: row.received },
  ...{ failed_redrives: row.failedRedrives, corrected: row.corrected, discard_reason: row.discardReason },
  ...{ created_at: row.createdAt, last_received_at: row.lastReceivedAt, updated_at: row.updatedAt },
});

export const toFullDeadLetterDto = (row: FullDeadLetterRow): FullDeadLetterDto => ({
  ...toDeadLetterDto(row),
  ...messageOf(row.message),
  correction: row.correction,
});

function messageOf(message: Buffer): Pick<FullDeadLetterDto, 'message' | 'message_encoding'> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(message);
    return { message: text, message_encoding: 'utf-8' };
  } catch {
    return { message: message.toString('base64'), message_encoding: 'base64' };
  }
}
