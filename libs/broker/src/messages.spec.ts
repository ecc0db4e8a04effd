import type { InvalidMessageError } from './broker.errors';
import { type OutgoingMessage, prepare, sizeOf } from './messages';

const body = Buffer.from('{}');
const LIMIT = 20_000;

/** Returns the fault of a message that follows a valid one. */
function faultOf(message: OutgoingMessage): string {
  try {
    prepare([{ body }, message], LIMIT);
    return 'none';
  } catch (error) {
    return `${(error as InvalidMessageError).index}: ${(error as Error).message}`;
  }
}

describe('messages to publish', () => {
  it('get a new ID if they have none', () => {
    const [first, second] = prepare([{ body }, { body }], LIMIT);
    expect(first!.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(second!.id).not.toBe(first!.id);
  });

  it('may be as large as the limit, including headers and ID', () => {
    const [small] = prepare([{ id: 'x', body: Buffer.alloc(0), headers: { A: 'b' } }], LIMIT);
    const largest = { ...small!, body: Buffer.alloc(LIMIT - sizeOf(small!)) };
    expect(faultOf(largest)).toBe('none');
    expect(faultOf({ ...largest, id: 'xy' })).toBe(
      `1: Message 1: it has ${LIMIT + 1} bytes, but the broker accepts at most ${LIMIT}.`,
    );
  });

  it.each(['', 'a b', 'ü', 'x'.repeat(129), 'a\r\nb'])('cannot have the ID %j', (id) => {
    expect(faultOf({ body, id })).toContain('its ID must have');
  });

  it.each(['Nats-Msg-Id', 'nats-rollup', 'x-delay', 'CC', 'bcc', 'Message-Id', 'a b', 'a:b', ''])(
    'cannot have the header name %j, which is invalid or reserved',
    (name) => {
      expect(faultOf({ body, headers: { [name]: 'x' } })).toContain('is invalid or reserved');
    },
  );

  it.each(['a\r\nb', '\0', ' a', 'a '])('cannot have the header value %j', (text) => {
    expect(faultOf({ body, headers: { Source: text } })).toContain('the header Source has');
  });

  it('cannot have more than 8 KiB of headers', () => {
    expect(faultOf({ body, headers: { Long: 'x'.repeat(8_200) } })).toContain('more than 8192 bytes');
  });
});
