import pg from 'pg';
import type { LogIn } from './session.ts';

/** Logs in to PostgreSQL. What is asked can change nothing, unless it sets out to. */
export const logInToPostgres: LogIn = async (way, socket, { statementTimeoutMs }) => {
  const client = new pg.Client({
    host: way.host,
    port: way.port,
    user: way.user,
    password: way.password,
    database: way.database ?? way.user,
    ssl: way.tls ?? false,
    stream: () => socket,
    application_name: 'rekey',
    client_encoding: 'UTF8',
    // Given, so that PGOPTIONS of the environment is not.
    options: `-c default_transaction_read_only=on -c statement_timeout=${statementTimeoutMs}`,
    // Every value as the server writes it.
    types: { getTypeParser: () => (value: string | Buffer) => String(value) },
  });
  // What befalls a connection nobody is asking on is of no interest, but unheard it would end the process.
  client.on('error', () => socket.destroy());
  await client.connect();
  return {
    id: String((client as unknown as { readonly processID: number | null }).processID),
    ask: (statement, take) =>
      new Promise((resolve, reject) => {
        const config: pg.QueryArrayConfig = { text: statement, rowMode: 'array' };
        const query = new pg.Query(config);
        query.on('row', (row: unknown) => {
          try {
            take(row as (string | null)[]);
          } catch (error) {
            reject(error);
            socket.destroy();
          }
        });
        query.on('end', () => resolve());
        query.on('error', reject);
        client.query(query);
      }),
    end: () => client.end(),
  };
};
