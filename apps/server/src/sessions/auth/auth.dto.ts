import { ApiProperty } from '@nestjs/swagger';
import { IsText, NormalEmail } from '@waybill/http';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../users/users.dto';

/** What a user signs in with. */
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

/** How a user changes their own password. */
export class ChangePasswordDto {
  /** @example "seven wet herons on a roof" */
  @ApiProperty({ format: 'password' })
  @IsText(1, MAX_PASSWORD_LENGTH)
  current_password!: string;

  /**
   * 12 to 128 characters, and none of the common ones.
   * @example "eight dry otters in a barn"
   */
  @ApiProperty({ format: 'password' })
  @IsText(MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH)
  new_password!: string;
}
