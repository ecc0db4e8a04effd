import { OwnerId } from '@waybill/database';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Where a message came from: the order stream, `POST /orders`, or a redriven dead letter. */
export const orderSources = ['stream', 'api', 'redrive'] as const;
export type OrderSource = (typeof orderSources)[number];

/**
 * The fields of an order that lists need. The document is in the inbox, at `position`. An order never changes.
 *
 * The migration also creates `orders_skus_idx`, a GIN index, which TypeORM can't describe.
 */
@Entity('orders')
@Index('orders_placed_at_idx', ['placedAt', 'orderUid'])
@Index('orders_customer_id_idx', ['customerId', 'placedAt', 'orderUid'])
@Index('orders_track_number_idx', ['trackNumber', 'placedAt', 'orderUid'])
@Index('orders_owner_id_idx', ['ownerId', 'placedAt', 'orderUid'], { where: 'owner_id IS NOT NULL' })
@Index('orders_skus_idx', { synchronize: false })
@Index('orders_position_key', ['position'], { unique: true })
@Check('orders_source_check', "source IN ('stream', 'api', 'redrive')")
export class OrderEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'orders_pkey' })
  orderUid!: string;

  /** Position of its message in the inbox. */
  @Column('bigint')
  position!: string;

  @Column('text')
  source!: OrderSource;

  /** Owner that placed the order with `POST /orders`; null for orders from the stream. */
  @OwnerId({ retainsOwner: true })
  @Column('uuid', { nullable: true })
  ownerId!: string | null;

  @Column('text')
  customerId!: string;

  @Column('text')
  trackNumber!: string;

  /** SKUs of its items, without repeats. */
  @Column('text', { array: true })
  skus!: string[];

  /** `date_created` of the document. */
  @Column('timestamptz')
  placedAt!: Date;
}
