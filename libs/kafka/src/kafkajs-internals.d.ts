// What is used of kafkajs' inside; its version is pinned, and a test compares what comes out.
declare module 'kafkajs/src/protocol/requests/fetch/v11/response.js' {
  const response: { decode(payload: Buffer): Promise<unknown> };
  export default response;
}
declare module 'kafkajs/src/protocol/requests/produce/index.js' {
  import type { ProduceArgs } from './produce-encoder.js';
  type Made = { request: { encode(): Promise<{ buf: Buffer; buffer: Buffer }> }; response: object };
  const produce: { protocol(of: { version: number }): (args: ProduceArgs) => Made };
  export default produce;
}
declare module 'crc-32/crc32c.js' {
  /** CRC-32C (Castagnoli) as a signed number of 32 bits. */
  const crc32c: { buf(data: Uint8Array): number };
  export default crc32c;
}
declare module 'kafkajs/src/protocol/recordBatch/v0/index.js' {
  const recordBatch: { RecordBatch(batch: object): Promise<{ buffer: Buffer }> };
  export default recordBatch;
}
declare module 'kafkajs/src/protocol/recordBatch/record/v0/index.js' {
  const encode: (record: object) => { buffer: Buffer };
  export default encode;
}
declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    constructor(options: object);
    readonly pending: unknown[];
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    readonly requestTimeout: number;
    readonly broker: string;
    scheduleCheckPendingRequests(): void;
    waitForPendingRequests(): Promise<void>;
    rejectAll(error: Error): void;
    push(request: object): void;
    fulfillRequest(response: object): void;
  }
}
declare module 'kafkajs/src/broker/index.js' {
  export default class Broker {
    initProducerId(args: object): Promise<unknown>;
    addPartitionsToTxn(args: object): Promise<unknown>;
    addOffsetsToTxn(args: object): Promise<unknown>;
    txnOffsetCommit(args: object): Promise<unknown>;
    endTxn(args: object): Promise<unknown>;
    offsetFetch(args: { groupId: string; topics: object[] }): Promise<{ responses: { topic: string; partitions: { partition: number; offset: string; metadata: string | null }[] }[] }>;
    fetch(args: object): Promise<{ responses: { topicName: string; partitions: import('kafkajs/src/consumer/batch.js').PartitionData[] }[] }>;
  }
}
declare module 'kafkajs/src/cluster/index.js' {
  import type Broker from 'kafkajs/src/broker/index.js';
  export default class Cluster {
    findGroupCoordinatorMetadata(query: { groupId: string; coordinatorType: number }): Promise<unknown>;
    findGroupCoordinator(query: { groupId: string }): Promise<Broker>;
    findBroker(query: { nodeId: number }): Promise<Broker>;
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    addMultipleTargetTopics(topics: string[]): Promise<void>;
    refreshMetadata(): Promise<void>;
    refreshMetadataIfNecessary(): Promise<void>;
    findTopicPartitionMetadata(topic: string): { partitionId: number }[];
    findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
    fetchTopicsOffset(topics: object[]): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>;
  }
}
declare module 'kafkajs/src/errors.js' {
  const errors: { KafkaJSError: new (error: Error) => Error; KafkaJSConnectionError: new (message: string, of: { broker: string }) => Error };
  export default errors;
}
declare module 'kafkajs/src/protocol/requests/joinGroup/index.js' {
  type Request = (args: { groupId: string; groupInstanceId?: string | null }) => object;
  const joinGroup: { protocol(of: { version: number }): Request };
  export default joinGroup;
}
declare module 'kafkajs/src/consumer/batch.js' {
  import type { KafkaMessage } from 'kafkajs';
  export interface PartitionData {
    partition: number;
    highWatermark: string;
    lastStableOffset: string;
    abortedTransactions: { producerId: string; firstOffset: string }[];
    messages: KafkaMessage[];
  }
  export default class Batch {
    constructor(topic: string, fetchedOffset: string, data: PartitionData);
    readonly messages: KafkaMessage[];
    readonly rawMessages: KafkaMessage[];
    isEmptyDueToFiltering(): boolean;
    lastOffset(): string;
  }
}
