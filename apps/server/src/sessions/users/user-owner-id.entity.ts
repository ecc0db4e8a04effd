import { OwnerId } from '@waybill/database';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** Owner ID of an anonymous session in which a user signed in. Its data belongs to the user since then. */
@Entity('user_owner_ids')
@Index('user_owner_ids_user_id_linked_at_idx', ['userId', 'linkedAt'])
export class UserOwnerIdEntity {
  @OwnerId({ retainsOwner: false })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'user_owner_ids_pkey' })
  ownerId!: string;

  @Column('uuid')
  @ForeignKey('UserEntity', { name: 'user_owner_ids_user_id_fkey' })
  userId!: string;

  @Column('timestamptz', { default: () => 'now()' })
  linkedAt!: Date;
}
