// What `npm start` prints to copy: where things are, and three commands that show the main job.
import type { Mesh } from './mesh.js';

/** Addresses, and a Segment call, a query and a topic to follow. */
export function commandsToCopy(mesh: Mesh): string[] {
  const { urls, secrets, platform, env } = mesh;
  // Different products: calls without a messageId that say the same at the same time are one event.
  const product = (i: number) => `{"product_id":"SKU-${i}","name":"Trail Shoe ${i}","category":"shoes","price":89.9,"quantity":1}`;
  const consent = '"context":{"consent":{"categoryPreferences":{"Personalization":true,"Advertising":true,"Marketing":true}}}';
  const batch = Array.from({ length: 5 }, (_, i) => `{"type":"track","event":"${i < 4 ? 'Product Viewed' : 'Product Added'}","anonymousId":"you","properties":${product(i + 1)},${consent}}`);
  const analyst = platform?.analyst;
  const clickhouse = analyst ? `${analyst.url}/?user=${analyst.username}&password=${analyst.password}` : env['CLICKHOUSE_URL']!;
  return [
    `web ${urls.web}   crm ${urls.crm}   email ${urls.email}   paid-media ${urls['paid-media']}   profiles ${urls.personalization}/v1/profiles/{type}:{value} (Bearer ${secrets.apiKey})`,
    `Kafka ${env['KAFKA_BROKERS']}   registry ${env['SCHEMA_REGISTRY_URL']}`,
    ...(analyst ? [`ClickHouse for analysts, read-only: ${analyst.url} (native protocol: port ${analyst.tcpPort}), user ${analyst.username}, password ${analyst.password}`] : []),
    '',
    'Move yourself into a segment, with a Segment call:',
    `  curl -s ${urls.web}/v1/batch -u ${secrets.webWriteKey}: -H 'content-type: application/json' -d '{"batch":[${batch.join(',')}]}'`,
    'See it in SQL:',
    `  curl -s '${clickhouse}' --data "SELECT segment, since FROM segments.members JOIN customer.identities USING profile_id WHERE identifier = 'anonymous_id:you'"`,
    'Follow the topic that announces it:',
    '  npm run -s tideway -- topic tail segments.memberships.v1',
    'Ask how large segments are, and why you are in one:',
    '  npm run -s tideway -- segments list',
    '  npm run -s tideway -- segments why high-intent anonymous_id:you',
    '',
  ];
}
