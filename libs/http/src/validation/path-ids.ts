import { Injectable, type PipeTransform } from '@nestjs/common';

const NO_INTEGER_ID = 0;
const NO_UUID = '00000000-0000-0000-0000-000000000000';
const MAX_INTEGER = 2_147_483_647;

/**
 * Parses an integer ID in the path. Maps an invalid value to an ID that never exists, so that the response is the same
 * as for an unknown ID: 404, after the body is validated.
 */
@Injectable()
export class IntegerId implements PipeTransform<string, number> {
  transform(value: string): number {
    return /^[1-9]\d{0,9}$/.test(value) && Number(value) <= MAX_INTEGER ? Number(value) : NO_INTEGER_ID;
  }
}

/** Parses a UUID in the path; see `IntegerId` for invalid values. */
@Injectable()
export class UuidId implements PipeTransform<string, string> {
  transform(value: string): string {
    return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value) ? value.toLowerCase() : NO_UUID;
  }
}
