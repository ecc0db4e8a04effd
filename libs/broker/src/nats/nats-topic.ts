import {
  AckPolicy,
  type Consumer,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  ReplayPolicy,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Topic } from '../topics';
import type { NatsConnection } from './nats-connection';

/** Maximum number of unacknowledged deliveries of all processes, including delayed ones. Bounds the server's memory. */
const MAX_UNACKNOWLEDGED = 100_000;

/** A topic on JetStream: a stream that keeps each message until it is acknowledged, and its one durable consumer. */
export class NatsTopic {
  readonly subject: string;
  readonly stream: string;
  private readonly durable = 'waybill';

  constructor(
    prefix: string,
    topic: Topic,
    private readonly ackWaitMs: number,
  ) {
    this.subject = `${prefix}.${topic}`;
    this.stream = this.subject.replaceAll('.', '_');
  }

  /** Creates the stream if it is missing. Does not change the settings of an existing stream, such as its replicas. */
  async ensureStream({ manager }: NatsConnection): Promise<void> {
    if (await undefinedIfMissing(manager.streams.info(this.stream), JetStreamApiCodes.StreamNotFound)) return;
    await manager.streams.add({
      name: this.stream,
      subjects: [this.subject],
      retention: RetentionPolicy.Workqueue,
      storage: StorageType.File,
      // A full stream refuses new messages instead of dropping old ones.
      discard: DiscardPolicy.New,
    });
  }

  /** Returns the durable consumer; creates it and the stream if they are missing. */
  async ensureConsumer(connected: NatsConnection): Promise<Consumer> {
    await this.ensureStream(connected);
    const { consumers } = connected.manager;
    const ack_wait = nanos(this.ackWaitMs);
    const info = await undefinedIfMissing(
      consumers.info(this.stream, this.durable),
      JetStreamApiCodes.ConsumerNotFound,
    );
    if (!info) {
      await consumers.add(this.stream, {
        durable_name: this.durable,
        ack_policy: AckPolicy.Explicit,
        ack_wait,
        deliver_policy: DeliverPolicy.All,
        replay_policy: ReplayPolicy.Instant,
        max_deliver: -1,
        max_ack_pending: MAX_UNACKNOWLEDGED,
      });
    } else if (info.config.ack_wait !== ack_wait) {
      await consumers.update(this.stream, this.durable, { ack_wait });
    }
    return connected.client.consumers.get(this.stream, this.durable);
  }

  /** Counts the messages that are not acknowledged. */
  async lag(connected: NatsConnection): Promise<number> {
    const consumer = await this.ensureConsumer(connected);
    const { num_pending, num_ack_pending } = await consumer.info();
    return num_pending + num_ack_pending;
  }
}

/** Returns undefined if the server responds with the error code `missing`. */
async function undefinedIfMissing<T>(request: Promise<T>, missing: number): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === missing) return undefined;
    throw error;
  }
}
