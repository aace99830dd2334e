// Pulls reports from the platforms' APIs: each account by the one instance that has its partition of the cursors' topic.
import type { Product } from '@tideway/contracts';
import { ProductMessages, consumeTransactions, coPartitioned, ensureTopics, type Kafka, type SchemaRegistry } from '@tideway/kafka';
import { preparedLoop, untilDone, type KafkaConfig, type Loop, type Service } from '@tideway/service';
import { accountApi } from './account-api.js';
import { AccountsUnit, type ScheduledAccount } from './accounts-unit.js';
import { runAccount } from './account-run.js';
import { CURSORS, partitionOfAccount, readCursors } from './cursors.js';
import { Pace } from './pace.js';
import { platformPull } from './platforms/index.js';
import { PullProgress } from './progress.js';
import { keyOf, type Account, type Platform, type Pulls } from './pulls-file.js';

export interface ConnectorOptions {
  kafka: Kafka;
  registry: SchemaRegistry;
  /** What sources give records of, and quarantine. */
  products: Product[];
  pulls: Pulls;
  /** Where the secrets are that the pulls name. */
  env: Record<string, string | undefined>;
  config: Pick<KafkaConfig, 'KAFKA_REPLICATION_FACTOR' | 'KAFKA_MAX_MESSAGE_BYTES'> & { PAID_MEDIA_GROUP: string; PAID_MEDIA_SESSION_TIMEOUT_MS: number };
  service: Service;
}

/** The loop that pulls all accounts of the file. */
export function pullLoop(options: ConnectorOptions): Loop {
  const { kafka, config, products, registry, service } = options;
  const { logger, metrics } = service;
  const messages = new ProductMessages(products, service.name, config.KAFKA_MAX_MESSAGE_BYTES);
  const accounts = scheduled(options, messages);
  const loop = consumeTransactions({
    kafka, logger, metrics,
    groupId: config.PAID_MEDIA_GROUP,
    topics: [CURSORS.topic],
    assigner: coPartitioned,
    unitOf: (_topic, partition) => String(partition),
    open: async (unit, { reschedule }) => new AccountsUnit(accounts.filter(({ key }) => partitionOfAccount(key) === Number(unit)), await readCursors(kafka, Number(unit)), reschedule),
    maxMessageBytes: config.KAFKA_MAX_MESSAGE_BYTES,
    sessionTimeoutMs: config.PAID_MEDIA_SESSION_TIMEOUT_MS,
  });
  return preparedLoop({ ...loop, name: 'pull' }, () => untilDone('topics and schemas', logger, async () => {
    await ensureTopics(kafka, products, [CURSORS], config.KAFKA_REPLICATION_FACTOR);
    await messages.register(registry);
  }));
}

function scheduled({ pulls, env, service }: ConnectorOptions, messages: ProductMessages): ScheduledAccount[] {
  const progress = new PullProgress(service);
  const paces = new Map<Platform, Pace>();
  const paceOf = (platform: Platform) => {
    const pace = paces.get(platform) ?? new Pace(pulls.requestsPerMinute[platform] ?? platformPull(platform).requestsPerMinute);
    paces.set(platform, pace);
    return pace;
  };
  return pulls.accounts.map((account) => scheduledAccount(account, { env, messages, progress, pace: paceOf(account.platform) }));
}

function scheduledAccount(account: Account, { env, messages, progress, pace }: { env: ConnectorOptions['env']; messages: ProductMessages; progress: PullProgress; pace: Pace }): ScheduledAccount {
  const plan = { intervalMs: account.interval, lookbackDays: account.lookback_days, since: account.since };
  const reportsOf = accountApi(account, env, pace);
  const report = progress.of(account.platform, account.account);
  return {
    key: keyOf(account), plan,
    ended: (outcome, error) => report.ended(outcome, error),
    released: () => report.released(),
    async run({ cursor, now, signal, commit, moveTo }) {
      let rows = 0;
      const days = await runAccount({
        plan, timezone: account.timezone, cursor, now, moveTo,
        reports: reportsOf({ signal, onRetry: (error, waitMs) => report.retry(error, waitMs) }),
        handOver: async (items) => {
          const { messages: encoded, published } = messages.ofOutcomes(items);
          await commit(encoded);
          rows += items.length;
          report.page(published);
        },
      });
      report.done(days, rows);
    },
  };
}
