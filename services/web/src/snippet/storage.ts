// What the snippet keeps in the browser: in localStorage; where that is refused, ids in cookies and the rest in memory.

const PREFIX = 'tideway_';
const COOKIE_SECONDS = 365 * 86_400;

const memory: Record<string, string> = {};

/** The value under a name, or undefined. */
export function read(name: string): string | undefined {
  try {
    const value = localStorage.getItem(PREFIX + name);
    if (value !== null) return value;
  } catch {
    // Storage is switched off: what was kept is elsewhere.
  }
  return memory[name] ?? cookie(name);
}

/** Keeps a value. `lasting` ones are put into a cookie where localStorage is full or refused. */
export function write(name: string, value: string, lasting?: boolean): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    memory[name] = value;
    if (lasting) setCookie(name, value, COOKIE_SECONDS);
  }
}

/** Forgets a name wherever it may be. */
export function remove(name: string): void {
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // As above.
  }
  delete memory[name];
  if (cookie(name) !== undefined) setCookie(name, '', 0);
}

/** The names that begin with `start`, in the order of the alphabet. */
export function names(start: string): string[] {
  let stored: string[] = [];
  try {
    stored = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));
  } catch {
    // As above.
  }
  return [...stored, ...Object.keys(memory)].filter((name) => name.startsWith(start)).sort();
}

function cookie(name: string): string | undefined {
  try {
    const found = new RegExp(`(?:^|; )${PREFIX}${name}=([^;]*)`).exec(document.cookie);
    return found ? decodeURIComponent(found[1]!) : undefined;
  } catch {
    // A sandboxed frame has no cookies.
    return undefined;
  }
}

function setCookie(name: string, value: string, seconds: number): void {
  try {
    const secure = location.protocol === 'https:' ? '; Secure' : '';
    document.cookie = `${PREFIX}${name}=${encodeURIComponent(value)}; Max-Age=${seconds}; Path=/; SameSite=Lax${secure}`;
  } catch {
    // As above.
  }
}
