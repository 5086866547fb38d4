import type { PGlite } from '@electric-sql/pglite';
import { problem } from '../../../errors/index.ts';
import type { Disk } from '../model/model.ts';

/** The one session of an engine, for as long as its holder keeps it. */
export interface Turn {
  readonly engine: PGlite;
  release(): void;
}

/** What a new engine begins with: the data directory of another, or nothing but some statements. */
type Beginning = { readonly dump: Promise<Blob> } | { readonly statements: string };

/**
 * The data directory of a PostgreSQL that runs in this process (PGlite), started when it is first needed. It has one session
 * only: whoever takes it has it until it is released, in the order in which they asked. What is forked waits its turn
 * as well, so a snapshot holds what was written before it, and all of a transaction that was open then.
 */
export class PostgresDisk implements Disk {
  written: number;
  private readonly beginning: Beginning;
  private starting: Promise<PGlite> | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(beginning: Beginning, written = 0) {
    this.beginning = beginning;
    this.written = written;
  }

  async take(): Promise<Turn> {
    const before = this.last;
    let release = (): void => undefined;
    this.last = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    try {
      this.starting ??= start(this.beginning);
      return { engine: await this.starting, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  fork(): PostgresDisk {
    // Nobody has written to it yet.
    if (!this.starting && 'dump' in this.beginning) return new PostgresDisk(this.beginning, this.written);
    const dump = this.dumped();
    // Whoever opens the fork hears of it.
    dump.catch(() => undefined);
    return new PostgresDisk({ dump }, this.written);
  }

  private async dumped(): Promise<Blob> {
    const { engine, release } = await this.take();
    try {
      return await engine.dumpDataDir('none');
    } finally {
      release();
    }
  }

  /** Ends the engine, if it runs. What was forked stays. */
  async close(): Promise<void> {
    const { starting } = this;
    if (!starting) return;
    const { engine, release } = await this.take();
    this.starting = undefined;
    try {
      await engine.close();
    } finally {
      release();
    }
  }
}

/** The disk of a database that holds what the statements make. */
export function newDisk(statements: string): PostgresDisk {
  return new PostgresDisk({ statements });
}

async function start(beginning: Beginning): Promise<PGlite> {
  const { PGlite } = await import('@electric-sql/pglite').catch((error: unknown) => {
    throw problem('sql-engine-absent', { reason: error instanceof Error ? error.message : String(error) }, error);
  });
  if ('dump' in beginning) return PGlite.create({ loadDataDir: await beginning.dump });
  const engine = await PGlite.create();
  await engine.exec(beginning.statements);
  return engine;
}
