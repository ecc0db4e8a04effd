import { ApiProperty } from '@nestjs/swagger';
import { IsText, NormalEmail } from '@waybill/http';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../users/users.dto';

/** Credentials of a user. */
export class LoginDto {
  /** @example "vera@example.com" */
  @NormalEmail()
  @IsText(1, 254)
  email!: string;

  /** @example "seven wet herons on a roof" */
  @ApiProperty({ format: 'password' })
  @IsText(1, MAX_PASSWORD_LENGTH)
  password!: string;
}

/** A change of your own password. */
export class ChangePasswordDto {
  /** @example "seven wet herons on a roof" */
  @ApiProperty({ format: 'password' })
  @IsText(1, MAX_PASSWORD_LENGTH)
  current_password!: string;

  /**
   * New password of 12 to 128 characters. Common passwords are refused.
   * @example "eight dry otters in a barn"
   */
  @ApiProperty({ format: 'password' })
  @IsText(MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH)
  new_password!: string;
}
