// A client of server-sent events as small as they can be: the fields of each event, and the last id.

export interface ServerSentEvent {
  event?: string;
  data?: string;
}

export class EventSourceClient {
  readonly events: ServerSentEvent[] = [];
  lastId: string | undefined;
  readonly #abort = new AbortController();
  readonly #read: Promise<void>;

  private constructor(private readonly response: Response) {
    this.#read = this.#follow().catch(() => undefined);
  }

  /** Resolves once the stream has begun; rejects with the status where it is refused. */
  static async open(url: string, headers: Record<string, string>): Promise<EventSourceClient> {
    const abort = new AbortController();
    const response = await fetch(url, { headers, signal: abort.signal });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    const client = new EventSourceClient(response);
    client.#abort.signal.addEventListener('abort', () => abort.abort());
    return client;
  }

  /** The data of every event, parsed. */
  changes<T>(): T[] {
    return this.events.flatMap(({ data }) => (data === undefined ? [] : [JSON.parse(data) as T]));
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#read;
  }

  async #follow(): Promise<void> {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of this.response.body!) {
      const parts = (text + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n\n');
      text = parts.pop()!;
      for (const part of parts) this.#take(part);
    }
  }

  #take(part: string): void {
    const fields = Object.fromEntries(part.split('\n').filter((line) => !line.startsWith(':')).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()]));
    if (fields['id'] !== undefined) this.lastId = fields['id'];
    if (fields['data'] !== undefined) this.events.push(fields);
  }
}
