import { Injectable, type PipeTransform } from '@nestjs/common';

const NO_INTEGER_ID = 0;
const NO_UUID = '00000000-0000-0000-0000-000000000000';
const MAX_INTEGER = 2_147_483_647;

/**
 * Reads an integer id from the path. A value that can't be an id becomes one that is never given out, so that it is
 * answered like any other that does not exist: 404, after the body was found good.
 */
@Injectable()
export class IntegerId implements PipeTransform<string, number> {
  transform(value: string): number {
    return /^[1-9]\d{0,9}$/.test(value) && Number(value) <= MAX_INTEGER ? Number(value) : NO_INTEGER_ID;
  }
}

/** Reads a UUID from the path; see `IntegerId` for what becomes of anything else. */
@Injectable()
export class UuidId implements PipeTransform<string, string> {
  transform(value: string): string {
    return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value) ? value.toLowerCase() : NO_UUID;
  }
}
