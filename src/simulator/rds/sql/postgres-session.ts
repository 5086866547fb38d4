import type { Socket } from 'node:net';
import { knowsUser, letsLogIn } from '../../secretsmanager/passwords.ts';
import type { World } from '../../world.ts';
import { writeUp } from '../clients.ts';
import type { Database, OpenSession } from '../model/model.ts';
import { answerOf, asksForSessions } from '../sql.ts';
import { PostgresDisk, type Turn } from './postgres-disk.ts';
import {
  answer,
  askPassword,
  codes,
  type Message,
  MessageReader,
  ready,
  refusal,
  startupParameters,
  stateAfter,
  welcome,
} from './postgres-messages.ts';
import { nextProcess, type WireSession } from './wire-session.ts';

/** How many transactions of an engine have had a number, which only those have that write. */
async function transactionsOf({ engine }: Turn): Promise<number> {
  const [answered] = await engine.exec('SELECT txid_snapshot_xmax(txid_current_snapshot())::text AS n');
  return Number(answered?.rows[0]?.['n']);
}

/**
 * Speaks PostgreSQL's protocol with one client that has been let in to a database. Statements go to its disk's engine; without
 * one, and about sessions, the account answers. Once the session has been dropped, the client is told so and hung up on.
 */
export class PostgresSession implements WireSession {
  private readonly world: World;
  private readonly database: Database;
  private readonly socket: Socket;
  private readonly from: string;
  private readonly reader = new MessageReader();
  private session: OpenSession | undefined;
  /** Who has said who it is, and not yet shown it. */
  private stranger: OpenSession | undefined;
  private readOnly = false;
  private turn: Turn | undefined;
  private transactionsBefore = 0;
  private working: Promise<void> = Promise.resolve();

  constructor(world: World, database: Database, socket: Socket, from: string) {
    this.world = world;
    this.database = database;
    this.socket = socket;
    this.from = from;
    socket.on('data', (bytes: Buffer) => {
      // One message after the other, however they arrive.
      this.working = this.working.then(() => this.read(bytes)).catch((error: unknown) => this.fail(error));
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.working = this.working.then(() => this.leave()).catch((error: unknown) => this.fail(error));
    });
  }

  look(): void {
    if (this.session && this.session.resourceId === undefined) this.hangUp();
  }

  end(): void {
    this.socket.destroy();
  }

  private async read(bytes: Buffer): Promise<void> {
    this.reader.add(bytes);
    while (!this.session && !this.stranger && !this.socket.destroyed) {
      const opening = this.reader.opening();
      if (!opening) return;
      this.open(opening);
    }
    for (let message = this.reader.next(); message && !this.socket.destroyed; message = this.reader.next()) {
      if (this.stranger) this.identify(this.stranger, message);
      else await this.handle(message);
    }
  }

  private open({ code, body }: { readonly code: number; readonly body: Buffer }): void {
    if (code === codes.ssl || code === codes.gss) {
      this.socket.write('N');
      return;
    }
    if (code !== codes.version3) {
      this.socket.destroy();
      return;
    }
    const parameters = startupParameters(body);
    this.readOnly = /default_transaction_read_only=on/.test(parameters.get('options') ?? '');
    const session: OpenSession = {
      pid: nextProcess(),
      address: this.from,
      user: parameters.get('user') ?? '',
      application: parameters.get('application_name') ?? '',
      resourceId: this.database.resourceId,
    };
    if (!knowsUser(this.world, this.database.storage, session.user)) {
      this.letIn(session);
      return;
    }
    this.stranger = session;
    this.socket.write(askPassword);
  }

  private letIn(session: OpenSession): void {
    this.stranger = undefined;
    this.session = session;
    this.world.rds.sessions.push(session);
    this.socket.write(welcome(session.pid, this.database.settings.EngineVersion ?? '16.4'));
  }

  private identify(session: OpenSession, { type, body }: Message): void {
    const password = body.toString('utf8').replace(/\0$/, '');
    if (type === 'p' && letsLogIn(this.world, this.database.storage, session.user, password)) {
      this.letIn(session);
      return;
    }
    const refused = `password authentication failed for user "${session.user}"`;
    this.socket.end(refusal('FATAL', '28P01', refused));
  }

  private async handle(message: Message): Promise<void> {
    const { world, database, session, socket } = this;
    world.settle();
    writeUp(world);
    if (session?.resourceId === undefined) return this.hangUp();
    if (message.type === 'X') {
      socket.end();
      return;
    }
    const statement = message.type === 'Q' ? message.body.toString('utf8') : '';
    if (message.type === 'Q' && (asksForSessions(statement) || !(database.storage.disk instanceof PostgresDisk))) {
      socket.write(answer(answerOf(world, database, statement, session.pid)));
      return;
    }
    if (!(database.storage.disk instanceof PostgresDisk)) {
      // Clients that prepare their statements end each batch with a Sync.
      if (message.type === 'P')
        socket.write(
          refusal('ERROR', '0A000', 'there is no engine behind this database that could prepare a statement'),
        );
      if (message.type === 'S') socket.write(ready);
      return;
    }
    await this.forward(message, database.storage.disk);
  }

  private async forward(message: Message, disk: PostgresDisk): Promise<void> {
    if (!this.turn) {
      this.turn = await disk.take();
      await this.turn.engine.exec(`SET default_transaction_read_only = ${this.readOnly ? 'on' : 'off'}`);
      this.transactionsBefore = await transactionsOf(this.turn);
    }
    const bytes = await this.turn.engine.execProtocolRaw(message.bytes);
    this.socket.write(bytes);
    if (stateAfter(bytes) !== 'I') return;
    disk.written += (await transactionsOf(this.turn)) - this.transactionsBefore;
    this.turn.release();
    this.turn = undefined;
  }

  private hangUp(): void {
    if (this.socket.destroyed) return;
    this.socket.end(refusal('FATAL', '57P01', 'terminating connection due to administrator command'));
    this.socket.destroySoon();
  }

  private fail(error: unknown): void {
    this.socket.end(refusal('FATAL', 'XX000', error instanceof Error ? error.message : String(error)));
  }

  private async leave(): Promise<void> {
    const { sessions } = this.world.rds;
    if (this.session) sessions.splice(sessions.indexOf(this.session), 1);
    this.session = undefined;
    const { turn } = this;
    if (!turn) return;
    this.turn = undefined;
    try {
      await turn.engine.exec('ROLLBACK');
    } finally {
      turn.release();
    }
  }
}
