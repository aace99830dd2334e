// The sockets of a Kafka client. kafkajs goes on using a connection on which a request was never answered, and tries again
// on it until its retries are over; the Java client closes it at the first request that takes too long, and so does this.
import net from 'node:net';
import tls from 'node:tls';
import { Kafka, type ISocketFactory, type KafkaConfig, type RequestTimeoutEvent } from 'kafkajs';
import { joinAs } from './static-membership.js';

const KEEP_ALIVE_MS = 60_000;
/** Of a consumer: it stays a member of its group for half a minute without brokers, longer than one takes to come back. */
const CONSUMER_RETRIES = 30;

interface Watched {
  socket: net.Socket;
  /** Time (ms) of the last answer, or of the begin. */
  heardAt: number;
}

class Sockets {
  readonly #watched = new Map<string, Set<Watched>>();

  constructor(private readonly requestTimeoutMs: number) {}

  readonly create: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    const socket = ssl ? tls.connect({ host, port, ...(net.isIP(host) ? {} : { servername: host }), ...ssl }, onConnect) : net.connect({ host, port }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true);
    this.#watch(`${host}:${port}`, socket);
    return socket;
  };

  #watch(broker: string, socket: net.Socket): void {
    const watched: Watched = { socket, heardAt: Date.now() };
    const all = this.#watched.get(broker) ?? new Set();
    this.#watched.set(broker, all.add(watched));
    socket.on('data', () => void (watched.heardAt = Date.now()));
    socket.on('close', () => all.delete(watched));
  }

  /**
   * Closes the connections to a broker on which nothing was heard for as long as a request may take, also those that
   * nobody uses now: what broke one of them broke the others, and each would be found out by a request of its own.
   */
  closeSilent(broker: string, now = Date.now()): void {
    for (const { socket, heardAt } of this.#watched.get(broker) ?? []) {
      if (now - heardAt >= this.requestTimeoutMs) socket.destroy(new Error('a request was not answered in time'));
    }
  }
}

/** kafkajs, on connections that are closed when a request on them is not answered within `requestTimeout`. */
export class KafkaClient extends Kafka {
  readonly #sockets: Sockets;
  readonly #patient: Kafka;

  /** `instanceId` names this process in every consumer group. */
  constructor(config: KafkaConfig & { requestTimeout: number }, private readonly instanceId?: string) {
    const sockets = new Sockets(config.requestTimeout);
    super({ ...config, socketFactory: sockets.create });
    this.#sockets = sockets;
    this.#patient = new Kafka({ ...config, socketFactory: sockets.create, retry: { ...config.retry, retries: CONSUMER_RETRIES } });
  }

  readonly #onTimeout = ({ payload: { broker } }: RequestTimeoutEvent) => this.#sockets.closeSilent(broker);

  override producer(...args: Parameters<Kafka['producer']>): ReturnType<Kafka['producer']> {
    const producer = super.producer(...args);
    producer.on(producer.events.REQUEST_TIMEOUT, this.#onTimeout);
    return producer;
  }

  override consumer(...args: Parameters<Kafka['consumer']>): ReturnType<Kafka['consumer']> {
    if (this.instanceId !== undefined) joinAs(args[0]!.groupId, this.instanceId);
    const consumer = this.#patient.consumer(...args);
    consumer.on(consumer.events.REQUEST_TIMEOUT, this.#onTimeout);
    return consumer;
  }

  override admin(...args: Parameters<Kafka['admin']>): ReturnType<Kafka['admin']> {
    const admin = super.admin(...args);
    admin.on(admin.events.REQUEST_TIMEOUT, this.#onTimeout);
    return admin;
  }
}
