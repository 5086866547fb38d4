import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import FakeTimers from '@sinonjs/fake-timers';
import { createPorts } from '../../src/app/ports.ts';
import { connect } from '../../src/aws/clients.ts';
import { clockOf } from '../../src/contract/clock.ts';
import type { RunEvent } from '../../src/contract/event.ts';
import type { Journal } from '../../src/contract/journal.ts';
import type { PlanSource } from '../../src/contract/plan.ts';
import { execute, type RunResult } from '../../src/engine/execute.ts';
import { diskFiles, type Files } from '../../src/journal/files.ts';
import { requestHandler } from '../../src/simulator/handler.ts';
import { simulatedDatabases } from '../../src/simulator/rds/sql.ts';
import { processes } from '../support/processes.ts';
import { quiet } from '../support/quiet.ts';
import { isRead } from '../support/reads.ts';
import { wireless } from '../support/wireless.ts';
import { clientsOf, planOf, World } from '../support/world.ts';
import { Choices } from './choices.ts';
import { tally } from './tally.ts';

/** One call of one process, when it reached AWS. */
export interface Sent {
  readonly by: string;
  readonly operation: string;
  readonly at: number;
  /** It was on its way when its process fell asleep. */
  readonly late: boolean;
}

export const isMutating = (operation: string) => !isRead(operation);

/** Where a process falls asleep: at its nth call, before AWS sees it or with the answer on its way back; or so long after its start. */
export type Nap = { readonly call: number; readonly when: 'before' | 'after' } | { readonly afterMs: number };

/** Several processes side by side on one account, in virtual time, with journals on a real disk. */
export class Stage {
  readonly world: World;
  /** Calls that change something, and all calls by their process, in the order in which they were sent. */
  readonly sent: Sent[] = [];
  readonly calls: { readonly by: string; readonly operation: string; readonly at: number }[] = [];
  processes = 0;
  private readonly timers: ReturnType<typeof FakeTimers.install>;
  /** Operations on the real disk that have not come back: virtual time stands still for them. */
  private onDisk = 0;

  constructor(scenario: string, seed: number, timers: ReturnType<typeof FakeTimers.install>) {
    this.timers = timers;
    this.world = new World(scenario, seed, timers);
  }

  /** A process that works on `run`, with what it writes gone through `journalOf`. */
  process(options: {
    readonly name: string;
    readonly plan: PlanSource;
    readonly run: string;
    readonly journalOf: (files: Files) => Promise<Journal>;
    readonly command: 'run' | 'resume';
    readonly latencyMs: () => number;
    readonly nap?: Nap;
  }): {
    readonly ended: Promise<RunResult>;
    readonly asleep: Promise<void>;
    readonly opened: Promise<void>;
    wake(): void;
  } {
    let wake = () => {};
    let sleeping: Promise<void> | undefined;
    let fallenAsleep = () => {};
    const asleep = new Promise<void>((resolve) => {
      fallenAsleep = resolve;
    });
    let opened = () => {};
    const isOpen = new Promise<void>((resolve) => {
      opened = resolve;
    });
    let naps = 0;
    let overslept: number | undefined;
    const sleep = () => {
      naps++;
      sleeping = new Promise<void>((resolve) => {
        wake = () => {
          sleeping = undefined;
          resolve();
        };
      });
      fallenAsleep();
    };
    const { nap } = options;
    const napsAt = (number: number, when: 'before' | 'after') =>
      nap !== undefined && 'call' in nap && nap.call === number && nap.when === when;
    if (nap !== undefined && 'afterMs' in nap) setTimeout(sleep, nap.afterMs);
    this.processes++;
    this.world.auditor.promises.begin(planOf(options.plan));
    let requests = 0;
    let journal: Journal | undefined;
    const party = { run: options.run, discardWrites: false, records: () => journal?.records ?? [] };
    const databases = simulatedDatabases(this.world.account);
    const carried = async <T>(send: () => Promise<T>, operation: string): Promise<T> => {
      const number = ++requests;
      // Fallen asleep between its last look at the journal, or that look's answer, and the wire: nothing can call that one
      // back either.
      const onItsWay = sleeping !== undefined || overslept === Date.now();
      const since = naps;
      await sleeping;
      // As the clients ask once more before a changing call leaves (drive.ts).
      if (isMutating(operation)) await journal?.stillOurs();
      await new Promise<void>((resolve) => setTimeout(resolve, options.latencyMs()));
      this.calls.push({ by: options.name, operation, at: Date.now() });
      if (napsAt(number, 'before')) sleep();
      const late = onItsWay || naps !== since;
      await sleeping;
      if (isMutating(operation)) {
        this.sent.push({ by: options.name, operation, at: Date.now(), late });
        this.world.auditor.before(party);
      }
      const answer = await send();
      if (napsAt(number, 'after')) sleep();
      await sleeping;
      return answer;
    };
    const work = async () => {
      const asleepDuring = (since: number) => {
        if (naps !== since) overslept = Date.now();
      };
      journal = await options.journalOf(
        this.files(
          () => sleeping,
          () => naps,
          asleepDuring,
        ),
      );
      opened();
      const clock = clockOf();
      const { signal } = new AbortController();
      const aws = await connect({
        region: 'eu-west-1',
        clock,
        requestHandler: requestHandler(this.world.account),
        databases: {
          query: async (...asked) => {
            await sleeping;
            return databases.query(...asked);
          },
        },
        credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
        signal,
      });
      wireless(this.world.account, clientsOf(aws), { latencyMs: 0, timeoutMs: undefined, carried });
      const emit = (event: RunEvent) => {
        if (event.type === 'record' && event.entry.t === 'announced') this.world.told.push(event.entry.text);
      };
      const ports = { journal, aws, clock, processes, emit, signal, wait: true, replaceClaim: undefined };
      try {
        return await execute([planOf(options.plan)], createPorts(ports), options);
      } finally {
        await journal.close();
      }
    };
    return { ended: work(), asleep, opened: isOpen, wake: () => wake() };
  }

  /** The real disk; for a sleeping process it is as far away as everything else. */
  private files(
    sleeping: () => Promise<void> | undefined,
    naps: () => number,
    asleepDuring: (since: number) => void,
  ): Files {
    const counted = async <T>(work: () => Promise<T>): Promise<T> => {
      await sleeping();
      this.onDisk++;
      const since = naps();
      try {
        return await work();
      } finally {
        this.onDisk--;
        asleepDuring(since);
      }
    };
    // No power is cut here: what is written need not wait for the disk, which is most of a history's time on a slow one.
    const written = async () => {};
    return {
      list: (directory) => counted(() => diskFiles.list(directory)),
      read: (file, see) => counted(() => diskFiles.read(file, see)),
      exists: (file) => counted(() => diskFiles.exists(file)),
      modifiedMs: (file) => counted(() => diskFiles.modifiedMs(file)),
      touch: (file, atMs) => counted(() => diskFiles.touch(file, atMs)),
      makeDirectory: (directory) => counted(() => diskFiles.makeDirectory(directory)),
      link: (from, to) => counted(() => diskFiles.link(from, to)),
      remove: (file) => counted(() => diskFiles.remove(file)),
      sync: () => counted(written),
      create: async (file) => {
        const made = await counted(() => diskFiles.create(file));
        return {
          append: (bytes) => counted(() => made.append(bytes)),
          datasync: () => counted(written),
          length: () => counted(() => made.length()),
          close: () => counted(() => made.close()),
        };
      },
    };
  }

  /** Moves virtual time on until `work` has ended. */
  async until<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const ended = work.finally(() => {
      over = true;
    });
    // It is given back; until somebody awaits it, its rejection is no accident.
    ended.catch(() => undefined);
    for (let turns = 0; !over; ) {
      await quiet();
      if (over || this.onDisk > 0) continue;
      if (this.timers.countTimers() > 0) this.timers.next();
      else if (++turns > 1e6) throw new Error('nothing left to wait for, and not at an end');
    }
    return ended;
  }
}

/** Runs `body` in virtual time, with a directory of its own; `Math.random` comes from the seed. */
export async function onStage<T>(
  { scenario, name: plan }: { readonly scenario: string; readonly name: string },
  seed: number,
  body: (stage: Stage, dir: string) => Promise<T>,
): Promise<T> {
  let failures = 1;
  const timers = FakeTimers.install({
    now: Date.UTC(2026, 0, 4),
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
    loopLimit: 1e9,
  });
  const random = Math.random;
  const choices = new Choices(seed);
  Math.random = () => choices.next();
  const dir = mkdtempSync(join(tmpdir(), 'rekey-runners-'));
  try {
    const stage = new Stage(scenario, seed, timers);
    try {
      const result = await body(stage, dir);
      if (stage.world.auditor.violations.length > 0) throw new Error(stage.world.auditor.violations.join('\n'));
      failures = 0;
      return result;
    } finally {
      const { auditor } = stage.world;
      const evaluations = Object.fromEntries(auditor.evaluations);
      const { processes, calls } = stage;
      tally({ sweep: 'runners', plan, histories: 1, processes, calls: calls.length, evaluations, failures });
    }
  } finally {
    Math.random = random;
    timers.uninstall();
    rmSync(dir, { recursive: true, force: true });
  }
}
