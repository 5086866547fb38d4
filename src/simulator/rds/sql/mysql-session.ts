import type { Socket } from 'node:net';
import mysql from 'mysql2';
import type { World } from '../../world.ts';
import { writeUp } from '../clients.ts';
import type { Database, OpenSession } from '../model/model.ts';
import { answerOf } from '../sql.ts';
import { nextProcess, type WireSession } from './wire-session.ts';

// Everything of version 4.1 on but compression; without DEPRECATE_EOF, since results end with an EOF here.
const capabilities = 0xff_ff_df;
const utf8mb4 = 45;
const varString = 253;

/** What the driver can do on a server's side, and its types leave out. */
interface ServerSide {
  sequenceId: number;
  writeColumns(columns: readonly object[]): void;
  writeTextRow(row: readonly (string | null)[]): void;
}

type Answer = ReturnType<typeof answerOf>;

/** What `answer` gives; where it does not know the statement, what it says to that. */
function rowsOrRefusal(answer: () => Answer): Answer | { readonly refused: string } {
  try {
    return answer();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ER_PARSE_ERROR') return { refused: error.message };
    throw error;
  }
}

/** Speaks MySQL's protocol with one client that has been let in to a database; the account answers. */
export class MysqlSession implements WireSession {
  private readonly world: World;
  private readonly database: Database;
  private readonly connection: mysql.Connection & ServerSide;
  private session: OpenSession | undefined;

  constructor(world: World, database: Database, socket: Socket, from: string) {
    this.world = world;
    this.database = database;
    this.connection = mysql.createConnection({ stream: socket, isServer: true }) as mysql.Connection & ServerSide;
    const connectionId = nextProcess();
    const { connection } = this;
    connection.on('error', () => socket.destroy());
    socket.on('close', () => this.leave());
    // The driver takes every statement that begins with SET for one to be prepared.
    connection.on('stmt_prepare', (statement: string) => {
      const message = 'there is no engine behind this database that could prepare a statement';
      if (/^\s*set\b/i.test(statement)) connection.writeOk();
      else connection.writeError({ code: 1295, message });
      this.await();
    });
    connection.on('query', (statement: string) => this.answer(statement));
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: database.settings.EngineVersion ?? '8.0.36',
      connectionId,
      statusFlags: 2,
      characterSet: utf8mb4,
      capabilityFlags: capabilities,
      authCallback: ({ user = '' }: { user?: string }, done: (error: null) => void) => {
        this.session = { pid: connectionId, address: from, user, application: '', resourceId: database.resourceId };
        world.rds.sessions.push(this.session);
        done(null);
        this.await();
      },
    });
  }

  look(): void {
    if (this.session && this.session.resourceId === undefined) this.end();
  }

  end(): void {
    this.connection.destroy();
  }

  private answer(statement: string): void {
    const { world, session, connection } = this;
    world.settle();
    writeUp(world);
    if (session?.resourceId === undefined) {
      this.end();
      return;
    }
    const rows = rowsOrRefusal(() => answerOf(world, this.database, statement, session.pid));
    if ('refused' in rows) {
      connection.writeError({ code: 1064, message: rows.refused });
      this.await();
      return;
    }
    const named = (rows[0] ?? ['']).map((_, index) => `c${index}`);
    connection.writeColumns(
      named.map((name) => ({
        catalog: 'def',
        schema: '',
        table: '',
        orgTable: '',
        name,
        orgName: name,
        characterSet: utf8mb4,
        columnLength: 1024,
        columnType: varString,
        flags: 0,
        decimals: 0,
      })),
    );
    for (const row of rows) connection.writeTextRow(row);
    connection.writeEof();
    this.await();
  }

  // The client counts the packets of each command from 0, and the driver does not notice where one begins.
  private await(): void {
    this.connection.sequenceId = 0;
  }

  private leave(): void {
    const { sessions } = this.world.rds;
    if (this.session) sessions.splice(sessions.indexOf(this.session), 1);
    this.session = undefined;
  }
}
