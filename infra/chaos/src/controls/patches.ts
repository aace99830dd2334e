// Deliberately broken builds: what is taken away from a service, as a change of its built files that is made while they
// are loaded. The files themselves, and what is shipped, stay as they are.
/** One change: in the file whose path ends so, this text becomes that one. */
export interface Patch {
  file: string;
  from: RegExp;
  to: string;
}

export const PATCHES = {
  /** No fault of the build: the named point pauses the process instead of killing it. */
  'pause-at-point': [{ file: 'libs/service/dist/crash.js', from: /'SIGKILL'/, to: "'SIGSTOP'" }],
  /** Blocks into ClickHouse are not announced: after a crash they are cut anew. */
  'no-intent': [{
    file: 'libs/kafka/dist/announced-blocks.js', from: /await this\.#commit\(payload, tenure, intents\(state\.unacknowledged, blocks\)\);/,
    to: 'if (state.unacknowledged.size > 0) await this.#commit(payload, tenure, [...state.unacknowledged.values()]);',
  }],
  /** ClickHouse is told of another block at each attempt, so that the same one counts twice. */
  'no-token': [{ file: 'libs/clickhouse/dist/insert.js', from: /insert_deduplication_token: token\b/, to: 'insert_deduplication_token: `${token}/${Math.random()}`' }],
  /** A transactional id of its own for every process: nobody fences the former owner. */
  'no-fencing': [{ file: 'libs/kafka/dist/transactional-producer.js', from: /kafka\.producer\(\{\s*transactionalId,/, to: 'kafka.producer({ transactionalId: `${transactionalId}-${process.pid}`,' }],
} satisfies Record<string, Patch[]>;

export type PatchName = keyof typeof PATCHES;

/** Names of patches, comma-separated, for the preload. */
export const PATCHES_VARIABLE = 'TIDEWAY_CHAOS_PATCHES';

/** The patches that an environment asks for. */
export function patchesOf(env: Record<string, string | undefined>): Patch[] {
  return (env[PATCHES_VARIABLE] ?? '').split(',').flatMap((name): Patch[] => PATCHES[name as PatchName] ?? []);
}

/** The changed source of a module; undefined where no patch is about it. Throws where a patch finds nothing to change. */
export function patchSource(url: string, source: string, patches: readonly Patch[]): string | undefined {
  const mine = patches.filter(({ file }) => url.endsWith(`/${file}`));
  if (mine.length === 0) return undefined;
  return mine.reduce((text, { file, from, to }) => {
    if (!from.test(text)) throw new Error(`the control has nothing to break: ${file} has no ${String(from)} any more. Bring infra/chaos/src/controls/patches.ts up to date.`);
    return text.replace(from, () => to);
  }, source);
}
