// ClickHouse's users in docker-compose.yml: those of the embedded ClickHouse, with passwords from the environment.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { usersXml, workspaceRoot } from '@tideway/embedded';

export const USERS_FILE = path.join(workspaceRoot, 'infra/compose/clickhouse-users.xml');

/** The text of clickhouse-users.xml; `from_env`: https://clickhouse.com/docs/operations/configuration-files#from_env_zk */
export function composeUsersXml(): string {
  const password = (variable: string) => `<password from_env="${variable}"/>`;
  const xml = usersXml({ authentication: { tideway: password('CLICKHOUSE_PASSWORD'), analyst: password('ANALYST_PASSWORD') }, network: '::/0' });
  return `<!-- Written by "node infra/compose/dist/write-users.js" from infra/embedded/src/clickhouse-access.ts. -->\n${xml}`;
}

export const readUsersFile = (): string => readFileSync(USERS_FILE, 'utf8');
export const writeUsersFile = (): void => writeFileSync(USERS_FILE, composeUsersXml());
