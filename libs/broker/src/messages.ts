import { v7 as uuidv7 } from 'uuid';
import { InvalidMessageError } from './broker.errors';

/** A message to publish. */
export interface OutgoingMessage {
  body: Uint8Array;
  /** Identifies the message in logs. Not used for deduplication. Default: a new UUID. */
  id?: string;
  headers?: Readonly<Record<string, string>>;
}

/** A checked message with an ID. */
export type PreparedMessage = Required<OutgoingMessage>;

/** A delivered message. */
export interface ReceivedMessage {
  /** The same in each delivery of the message. */
  id: string;
  body: Buffer;
  headers: Readonly<Record<string, string>>;
  /** 1 in the first delivery. Higher if an earlier delivery was not acknowledged. */
  deliveryCount: number;
}

/** Maximum message size of all drivers. By default, NATS servers accept only 1 MiB. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const MAX_HEADER_BYTES = 8 * 1024;
/** Maximum number of bytes that a protocol adds to a header for separators. */
const HEADER_OVERHEAD = 8;
const ID = /^[\x21-\x7e]{1,128}$/;
// Excludes the names that a broker interprets: `Nats-Msg-Id` would deduplicate, `CC` would copy the message elsewhere.
const HEADER_NAME = /^(?!nats-|x-)(?!(?:cc|bcc|message-id)$)[a-z0-9-]{1,64}$/i;
// oxlint-disable-next-line no-control-regex
const HEADER_VALUE = /^(?! )[^\u0000-\u001f\u007f]*(?<! )$/;

/** Returns the size of a message that counts towards the limit: body, ID and headers. */
export function sizeOf({ body, id, headers }: PreparedMessage): number {
  return body.length + Buffer.byteLength(id) + headerBytes(headers);
}

function headerBytes(headers: Readonly<Record<string, string>>): number {
  return Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + Buffer.byteLength(value) + HEADER_OVERHEAD,
    4 * HEADER_OVERHEAD,
  );
}

/**
 * Checks messages and gives an ID to those without one.
 * @throws InvalidMessageError for the first invalid message.
 */
export function prepare(messages: readonly OutgoingMessage[], maxBytes: number): PreparedMessage[] {
  return messages.map(({ body, id = uuidv7(), headers = {} }, index) => {
    const message = { body, id, headers };
    const fault = faultOf(message, maxBytes);
    if (fault !== undefined) throw new InvalidMessageError(index, fault);
    return message;
  });
}

function faultOf(message: PreparedMessage, maxBytes: number): string | undefined {
  const { id, headers } = message;
  if (!ID.test(id)) return 'its ID must have 1 to 128 visible ASCII characters';
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name)) return `the header name ${JSON.stringify(name)} is invalid or reserved`;
    if (!HEADER_VALUE.test(value))
      return `the header ${name} has a control character, or a space at its start or end`;
  }
  if (headerBytes(headers) > MAX_HEADER_BYTES) return `its headers have more than ${MAX_HEADER_BYTES} bytes`;
  const size = sizeOf(message);
  return size > maxBytes ? `it has ${size} bytes, but the broker accepts at most ${maxBytes}` : undefined;
}
