import { ApiProperty } from '@nestjs/swagger';
import { type Scope, scopes } from '@waybill/core';
import { type Role, roles } from '../users/roles';

/** The user who is signed in. */
export class MyUserDto {
  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d12" */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /** @example "vera@example.com" */
  email!: string;

  /** @example "agent" */
  @ApiProperty({ enum: roles })
  role!: Role;
}

/** The API key that the request carries. */
export class MyApiKeyDto {
  /** @example "Warehouse import" */
  name!: string;

  /**
   * The first characters of the key.
   * @example "waybill_4fGh2K"
   */
  prefix!: string;
}

/** The caller of this request. */
export class MeDto {
  /**
   * `customer`: an anonymous session. `staff`: a session of a user who signed in.
   * @example "staff"
   */
  @ApiProperty({ enum: ['customer', 'staff', 'api_key'] })
  kind!: 'customer' | 'staff' | 'api_key';

  /**
   * The ID of the session or the API key.
   * @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11"
   */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /**
   * Null unless `kind` is `staff`.
   * @example { "id": "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d12", "email": "vera@example.com", "role": "agent" }
   */
  user!: MyUserDto | null;

  /**
   * Null unless `kind` is `api_key`.
   * @example null
   */
  api_key!: MyApiKeyDto | null;

  /** The scopes of the caller, in alphabetical order. Customers have none; they can access their own resources. */
  @ApiProperty({
    type: 'array',
    items: { type: 'string', enum: scopes as Scope[] },
    example: ['packages:read', 'tickets:read'],
  })
  scopes!: Scope[];

  /**
   * Expiry time of the session or the API key. Null if it does not expire.
   * @example "2026-11-21T21:00:00.000Z"
   */
  expires_at!: Date | null;
}
