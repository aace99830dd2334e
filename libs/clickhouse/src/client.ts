// The ClickHouse client of a service, and which of its errors are outages.
import { readFileSync } from 'node:fs';
import { ClickHouseError, ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { PermanentError, RetryableError, errorText, type ClickHouseConfig } from '@tideway/service';
import { MOST_MS } from './patience.js';

export type { ClickHouseClient };

/**
 * Queries over hundreds of segments are longer than ClickHouse takes by default, 256 KiB and 50,000 parts: about 200 segments. Here
 * it is some 10,000 (https://clickhouse.com/docs/operations/settings/settings#max_query_size).
 */
const LONG_QUERIES = { max_query_size: String(16 * 1024 * 1024), max_ast_elements: '2000000', max_expanded_ast_elements: '5000000' };

/**
 * A client for any ClickHouse; inserts are synchronous, and 64-bit integers come as numbers in JSON. A request that is not
 * answered within `requestTimeoutMs` rejects; it may be tried again.
 */
export function createClickHouse(config: ClickHouseConfig, application: string, requestTimeoutMs = MOST_MS): ClickHouseClient {
  return createClient({
    url: config.CLICKHOUSE_URL,
    username: config.CLICKHOUSE_USERNAME,
    password: config.CLICKHOUSE_PASSWORD,
    application,
    // Every failure is reported by whoever asked, with what is done about it.
    log: { level: ClickHouseLogLevel.OFF },
    request_timeout: requestTimeoutMs,
    max_open_connections: 16,
    keep_alive: { enabled: true, idle_socket_ttl: 2_000 },
    clickhouse_settings: { async_insert: 0, output_format_json_quote_64bit_integers: 0, wait_end_of_query: 1, ...LONG_QUERIES },
    ...(config.CLICKHOUSE_CA_FILE ? { tls: { ca_cert: readFileSync(config.CLICKHOUSE_CA_FILE) } } : {}),
  });
}

/**
 * Codes with which ClickHouse refuses a block for its data: another block may pass, the same one never will.
 * https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
 */
const DATA_CODES = new Set(['6', '26', '27', '33', '38', '41', '53', '69', '70', '72', '117', '128', '131', '321', '349', '376', '407', '1001']);

/** ClickHouse refuses the rows themselves. */
export class DataRefusedError extends PermanentError {}

/** What a failed request means: DataRefusedError for the rows, RetryableError for everything that may pass. */
export function clickhouseError(error: unknown, what: string): DataRefusedError | RetryableError {
  if (error instanceof ClickHouseError && DATA_CODES.has(error.code)) return new DataRefusedError(`${what}: ${error.message}`, { cause: error });
  return new RetryableError(`${what}: ${errorText(error)}`, { cause: error });
}

const CHECK_TIMEOUT_MS = 2_000;

/** Rejects with RetryableError while ClickHouse does not answer. */
export async function checkClickHouse(client: ClickHouseClient): Promise<void> {
  // Who asks again and again would else take up all connections.
  const result = await client.ping({ select: true, abort_signal: AbortSignal.timeout(CHECK_TIMEOUT_MS) });
  if (!result.success) throw new RetryableError(`ClickHouse is away: ${errorText(result.error)}`, { cause: result.error });
}
