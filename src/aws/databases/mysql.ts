import mysql from 'mysql2';
import type { LogIn } from './session.ts';

/** Logs in to MySQL or MariaDB. What is asked can change nothing, unless it sets out to. */
export const logInToMysql: LogIn = async (way, socket, { statementTimeoutMs }) => {
  socket.connect(way.port, way.host);
  const connection = mysql.createConnection({
    // Only for the certificate: the driver checks no name unless it is told to.
    host: way.name,
    ...(way.tls && {
      ssl: { ca: [way.tls.ca ?? []].flat().map(String), rejectUnauthorized: true, verifyIdentity: true },
    }),
    stream: () => socket,
    user: way.user,
    password: way.password,
    ...(way.database === undefined ? {} : { database: way.database }),
    charset: 'utf8mb4',
    // A server may ask a client for any file of its machine.
    flags: ['-LOCAL_FILES'],
    multipleStatements: false,
    rowsAsArray: true,
    connectTimeout: statementTimeoutMs,
  });
  connection.on('error', () => socket.destroy());
  await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
  const ask = (sql: string, take: (row: readonly (string | null)[]) => void) =>
    new Promise<void>((resolve, reject) => {
      const query = connection.query({ sql, typeCast: (field) => textOf(field.buffer()) });
      query.on('result', (row: unknown) => {
        if (!Array.isArray(row)) return;
        try {
          take(row);
        } catch (error) {
          reject(error);
          socket.destroy();
        }
      });
      query.on('end', () => resolve());
      query.on('error', reject);
    });
  await ask('SET SESSION TRANSACTION READ ONLY', () => undefined);
  return {
    id: String(connection.threadId),
    ask,
    end: () => new Promise<void>((resolve) => connection.end(() => resolve())),
  };
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

// Bytes that are no text are told by their digits: two that differ must not read the same.
function textOf(bytes: Buffer | null): string | null {
  if (!bytes) return null;
  try {
    return utf8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return `0x${bytes.toString('hex')}`;
    throw error;
  }
}
