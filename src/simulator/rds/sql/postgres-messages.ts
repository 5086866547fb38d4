// PostgreSQL's protocol, version 3, as far as a server that answers in text needs it (manual, chapter "Frontend/Backend Protocol").

/** One message of a client: its letter and what follows. */
export interface Message {
  readonly type: string;
  readonly body: Buffer;
  /** As it came. */
  readonly bytes: Buffer;
}

/** The first messages of a connection have no letter, but a code. */
export const codes = { ssl: 80877103, gss: 80877104, cancel: 80877102, version3: 196608 } as const;

/** Reads messages from bytes as they arrive. Throws on a length that nobody honest sends. */
export class MessageReader {
  private held = Buffer.alloc(0);

  add(bytes: Buffer): void {
    this.held = Buffer.concat([this.held, bytes]);
  }

  /** The next message without a letter, if it is all there. */
  opening(): { readonly code: number; readonly body: Buffer } | undefined {
    const bytes = this.take(0);
    return bytes && { code: bytes.readInt32BE(4), body: bytes.subarray(8) };
  }

  next(): Message | undefined {
    const bytes = this.take(1);
    return bytes && { type: String.fromCharCode(bytes[0] ?? 0), body: bytes.subarray(5), bytes };
  }

  private take(before: number): Buffer | undefined {
    if (this.held.length < before + 4) return undefined;
    const length = this.held.readInt32BE(before);
    if (length < 4 || length > 16_777_216) throw new Error(`a message of ${length} bytes`);
    if (this.held.length < before + length) return undefined;
    const bytes = this.held.subarray(0, before + length);
    this.held = this.held.subarray(before + length);
    return bytes;
  }
}

/** The parameters of a startup message: `user`, `database`, `application_name`, `options`… */
export function startupParameters(body: Buffer): Map<string, string> {
  const words = body.toString('utf8').split('\0');
  const parameters = new Map<string, string>();
  for (let i = 0; i + 1 < words.length && words[i]; i += 2) parameters.set(words[i] ?? '', words[i + 1] ?? '');
  return parameters;
}

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5, type, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const text = (value: string) => Buffer.from(`${value}\0`, 'utf8');
const int16 = (value: number) => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};
const int32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

/** Lets anybody in, as `pid`. */
export function welcome(pid: number, version: string): Buffer {
  const told = {
    server_version: version,
    server_encoding: 'UTF8',
    client_encoding: 'UTF8',
    DateStyle: 'ISO, MDY',
    TimeZone: 'UTC',
    integer_datetimes: 'on',
    standard_conforming_strings: 'on',
  };
  return Buffer.concat([
    message('R', int32(0)),
    ...Object.entries(told).map(([name, value]) => message('S', text(name), text(value))),
    message('K', int32(pid), int32(0)),
    ready,
  ]);
}

/** Between transactions, and waiting for the next message. */
export const ready = message('Z', Buffer.from('I'));

/** Asks for the password in the clear, as on the loopback interface it may be. */
export const askPassword = message('R', int32(3));

/** The answer to a simple query: rows of text. */
export function answer(rows: readonly (readonly (string | null)[])[]): Buffer {
  const width = rows[0]?.length ?? 1;
  const column = Buffer.concat([text('?column?'), int32(0), int16(0), int32(25), int16(-1), int32(-1), int16(0)]);
  const value = (one: string | null) =>
    one === null ? int32(-1) : Buffer.concat([int32(Buffer.byteLength(one)), Buffer.from(one)]);
  return Buffer.concat([
    message('T', int16(width), ...Array.from({ length: width }, () => column)),
    ...rows.map((row) => message('D', int16(row.length), ...row.map(value))),
    message('C', text(`SELECT ${rows.length}`)),
    ready,
  ]);
}

export function refusal(severity: 'ERROR' | 'FATAL', code: string, why: string): Buffer {
  return message('E', text(`S${severity}`), text(`V${severity}`), text(`C${code}`), text(`M${why}`), Buffer.alloc(1));
}

/** The state of the transaction after a server's messages, if they end by saying that it waits: I, T or E. */
export function stateAfter(bytes: Uint8Array): string | undefined {
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(-6);
  return end.length === 6 && end[0] === 0x5a && end.readInt32BE(1) === 5 ? String.fromCharCode(end[5] ?? 0) : undefined;
}
