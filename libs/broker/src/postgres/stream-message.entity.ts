import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A message of the embedded broker that is not acknowledged. */
@Entity('stream_messages')
@Index('stream_messages_topic_id_idx', ['topic', 'id'])
export class StreamMessageEntity {
  /** Increases in the order of publication. */
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'stream_messages_pkey',
  })
  id!: string;

  @Column('text')
  topic!: string;

  /** The publisher's ID of the message. Not unique. */
  @Column('text')
  messageId!: string;

  @Column('bytea')
  body!: Buffer;

  @Column('jsonb')
  headers!: Record<string, string>;

  @Column('timestamptz', { default: () => 'now()' })
  publishedAt!: Date;

  /** No consumer gets the message before this time, because it is leased or delayed. */
  @Column('timestamptz', { default: () => "'-infinity'" })
  hiddenUntil!: Date;

  @Column('int', { default: 0 })
  deliveryCount!: number;
}
