import type { DatabaseAddress } from '../../contract/databases.ts';
import { printable } from '../printable.ts';

/** Why a database did not answer. */
export class DatabaseFailure extends Error {
  override readonly name = 'DatabaseFailure';
  /** A code of Node's sockets, an SQLSTATE, or MySQL's name of the error. */
  readonly code: string;
  /** Asking again can't help: the login or the statement is refused, or the server is not trusted. */
  readonly final: boolean;

  constructor(code: string, message: string, final: boolean) {
    super(printable(message, 300));
    this.code = code;
    this.final = final;
  }

  /** This machine finds no address of that name: nobody was asked. */
  get namesNobody(): boolean {
    return unresolved.test(this.code);
  }

  /** The database let this runner in and refuses who it is. */
  get refusesLogin(): boolean {
    return refusedLogin.test(this.code);
  }
}

const untrusted = /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_|HANDSHAKE_)/;
// A server that starts, stops or is full says so with these (PostgreSQL appendix A, classes 08, 53 and 57P; MySQL).
const passing = [
  /^(08|53|57P0)/,
  /^(ER_CON_COUNT_ERROR|ER_TOO_MANY_USER_CONNECTIONS|ER_SERVER_SHUTDOWN|PROTOCOL_CONNECTION_LOST)$/,
  /^(ECONN|EHOST|ENET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_)/,
];
const unresolved = /^(ENOTFOUND|EAI_)/;
const refusedLogin = /^(28|ER_ACCESS_DENIED|ER_DBACCESS_DENIED|ER_NOT_SUPPORTED_AUTH_MODE|AUTH_)/;

/** The error of a driver or a socket in words, without the password that was used. */
export function failureOf(
  error: unknown,
  at: DatabaseAddress,
  { password, from }: { readonly password: string; readonly from: string },
): DatabaseFailure {
  if (error instanceof DatabaseFailure) return error;
  const { code: given, message } =
    error instanceof Error ? (error as Error & { code?: unknown }) : { code: '', message: String(error) };
  const said = password === '' ? message : message.replaceAll(password, '***');
  const code = typeof given === 'string' && given !== '' ? printable(given, 60) : codeFor(message);
  const where = `${at.host}:${at.port}`;
  if (untrusted.test(code)) {
    return new DatabaseFailure(
      code,
      `${where} can't be trusted (${code}: ${said}); REKEY_DB_CA may name another file of root certificates`,
      true,
    );
  }
  if (refusedLogin.test(code)) {
    return new DatabaseFailure(code, `${where} refuses the login of ${from} (${code}: ${said})`, true);
  }
  if (passing.some((one) => one.test(code))) return new DatabaseFailure(code, `${code}: ${said || 'no answer'}`, false);
  return new DatabaseFailure(code, `${where} refuses (${code}: ${said})`, true);
}

// The drivers have no codes for some of what they find out themselves.
function codeFor(message: string): string {
  if (/does not support (SSL|secure) connection/i.test(message)) return 'HANDSHAKE_NO_SSL_SUPPORT';
  if (/SASL|authentication|password/i.test(message)) return 'AUTH_FAILED';
  return 'ECONNRESET';
}
