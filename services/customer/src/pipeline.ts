// The whole flow of the customer service: events of all domains, in the order in which they were received, become
// activities, identities and consents in one transaction per micro-batch.
import type { Product } from '@tideway/contracts';
import { consumeTransactions, singleOwner, type Kafka, type SchemaRegistry, type UnitState } from '@tideway/kafka';
import type { Loop, Service } from '@tideway/service';
import type { Config } from './config.js';
import { planBatch, type BatchPlan } from './identity/batch.js';
import { Inputs } from './inputs.js';
import { CustomerMetrics } from './metrics.js';
import type { Outputs } from './outputs.js';
import type { Restore } from './restore.js';

export interface PipelineParts {
  config: Config;
  kafka: Kafka;
  service: Service;
  registry: SchemaRegistry;
  inputs: Product[];
  outputs: Outputs;
  restore: Restore;
}

/** event topics -> decoded, sorted -> planned on the graph -> one transaction -> the plan becomes the state. */
export function pipeline({ config, kafka, service, registry, inputs, outputs, restore }: PipelineParts): Loop {
  const metrics = new CustomerMetrics(service.metrics);
  const reader = new Inputs(inputs, registry);

  const open = async (): Promise<UnitState> => {
    const state = await restore.state();
    let plan: BatchPlan | undefined;
    return {
      async process(blocks) {
        const { records, quarantined } = await reader.read(blocks);
        plan = planBatch(state, records);
        metrics.planned(plan.stats, quarantined.length);
        return outputs.messages(plan.outputs, quarantined);
      },
      committed() {
        plan?.commit();
        plan = undefined;
        metrics.size(state.graph.size, state.resends.bytes);
      },
    };
  };

  return consumeTransactions({
    kafka,
    logger: service.logger,
    metrics: service.metrics,
    groupId: config.CUSTOMER_GROUP,
    topics: inputs.map((product) => product.topic),
    assigner: singleOwner,
    unitOf: () => 'graph',
    open,
    limits: { maxRecords: config.CUSTOMER_MAX_BLOCK_ROWS },
    // A transaction writes to every partition of three topics: few of them spare the broker, which everything waits for.
    paceMs: 40,
    maxMessageBytes: config.KAFKA_MAX_MESSAGE_BYTES,
    // All partitions of a fetch are handed over at once, so that they share a transaction.
    concurrency: 256,
    sessionTimeoutMs: config.CUSTOMER_SESSION_TIMEOUT_MS,
  });
}
