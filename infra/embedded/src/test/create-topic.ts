// A topic whose partitions all have a leader that leads.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, ITopicConfig } from 'kafkajs';

const ATTEMPTS = 100;
const PAUSE_MS = 100;

/** kafkajs' own wait for leaders gives up where a broker has not heard of the topic yet. */
export async function createTopic(admin: Admin, config: ITopicConfig): Promise<void> {
  await admin.createTopics({ waitForLeaders: false, topics: [config] });
  for (let attempt = 1; ; attempt += 1) {
    try {
      await admin.fetchTopicOffsets(config.topic);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
