/**
 * The broker did not confirm messages in time, or refused them. Some of them may still be stored. Publish all of them
 * again: consumers must recognize duplicates.
 */
export class PublishFailedError extends Error {
  override readonly name = 'PublishFailedError';
}

/** A message is invalid, so retrying does not help. No message of the call was published. */
export class InvalidMessageError extends Error {
  override readonly name = 'InvalidMessageError';

  constructor(
    /** Index of the message in the call. */
    readonly index: number,
    fault: string,
  ) {
    super(`Message ${index}: ${fault}.`);
  }
}

/** There is no connection to the broker. */
export class BrokerUnavailableError extends Error {
  override readonly name = 'BrokerUnavailableError';
}
