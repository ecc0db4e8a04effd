import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** What sort of thing a package holds. Never deleted, for packages name it for ever. */
@Entity('package_types')
@Unique('package_types_name_key', ['name'])
export class PackageTypeEntity {
  @PrimaryGeneratedColumn('identity', {
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'package_types_pkey',
  })
  id!: number;

  @Column('text')
  name!: string;

  @Column('timestamptz', { nullable: true })
  archivedAt!: Date | null;
}
