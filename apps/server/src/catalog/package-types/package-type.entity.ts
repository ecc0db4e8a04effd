import { Check, Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** Type of a package's content. Never deleted, because packages reference it. */
@Entity('package_types')
@Unique('package_types_name_key', ['name'])
@Check('package_types_name_check', 'char_length(name) BETWEEN 1 AND 100')
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
