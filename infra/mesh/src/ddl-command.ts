// `npm run -s tideway -- ddl --cluster NAME`: the tables and views of all products for a ClickHouse of several servers.
import { KEEPER_PATH, clusterDdl, loadViews } from '@tideway/clickhouse';
import { loadProducts } from '@tideway/contracts';
import { InvalidArgumentError, type Command } from 'commander';

/** Names that stand in a path of Keeper and in a server's configuration. */
const NAME = /^[A-Za-z_][\w-]{0,62}$/;
const PATH = /^(\/[\w{}.-]+)+$/;

/** Adds the command to `program`. It needs no mesh, and changes nothing. */
export function addDdlCommand(program: Command, print: (line: string) => void): void {
  program.command('ddl').description('prints the DDL of all tables and views, replicated and sharded (untested here: docs/scale.md)')
    .requiredOption('--cluster <name>', 'of remote_servers in the configuration of ClickHouse', matching(NAME, 'letters, digits, _ and -'))
    .option('--keeper-path <path>', 'where tables stand in Keeper; {shard} and the table follow', matching(PATH, 'an absolute path without a slash at its end'), KEEPER_PATH)
    .action(({ cluster, keeperPath }: { cluster: string; keeperPath: string }) => {
      print('-- Written by `npm run -s tideway -- ddl` from schemas/: the statements of one server, replicated and sharded. Untested here: see docs/scale.md.');
      for (const statement of clusterDdl(loadProducts(), loadViews(), { name: cluster, keeperPath })) print(`${statement};`);
    });
}

function matching(pattern: RegExp, what: string): (text: string) => string {
  return (text) => {
    if (!pattern.test(text)) throw new InvalidArgumentError(`write ${what}.`);
    return text;
  };
}
