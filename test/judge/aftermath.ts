import type { Command } from '../../src/engine/execute.ts';
import type { RekeyError } from '../../src/errors/index.ts';
import type { Judge } from './deletes.ts';
import { judgeNames } from './names.ts';
import { aboutOf, judgeNow } from './now.ts';
import type { Origin } from './origin.ts';
import type { Said } from './said.ts';
import type { Service, TargetTruth } from './service.ts';

/** How a process ended. */
export interface ProcessEnd {
  /** The command that it was given. */
  readonly command: Command;
  readonly died: boolean;
  /** It was told to end, and looks at nothing any more, whatever it ends with. */
  readonly interrupted?: boolean;
  /** What stopped its plans, in their order. */
  readonly errors: readonly (RekeyError | undefined)[];
  /** What a real process has printed; of others it is made of the records, as `status` and the last words are. */
  readonly printed?: string;
}

/** How a process ended, as the judge has to know it. */
export interface Ending {
  readonly run: string;
  readonly type: string;
  readonly died: boolean;
  /** It has looked at the target before it ended, where it had to. */
  readonly lookedAt: boolean;
  readonly said: Said;
  /** The time of the last read of the target that was answered. */
  readonly lastReadAt: number;
  readonly slackMs: number;
  /** How much of it the machine may have stood still. */
  readonly stallMs: number;
  /** Nothing is in the way any more: no faults, no other people, and nobody has taken the target apart. */
  readonly calm: boolean;
  /** Its journal has lost records that were on disk. */
  readonly recordsLost: boolean;
}

/** P3 to P5 at the end of a process: judges how it leaves the target, and what is said of it, by how the account truly is. */
export function judgeEnding(ending: Ending, service: Service, origin: Origin, judge: Judge): void {
  const truth = service.truth();
  const about = () => aboutOf(ending, truth);
  judgeService(ending, service, truth, judge, about);
  judgeDownTime(ending, service, truth, judge, about);
  judgeNow(ending, service, truth, judge);
  judgeNames(ending, origin, judge, about);
}

const isOver = ({ said }: Ending) =>
  said.status.status === 'done' || said.status.status === 'rolled-back' || said.status.takenBack;

function judgeService(ending: Ending, service: Service, truth: TargetTruth, judge: Judge, about: () => string): void {
  if (ending.type === 'ebs-volume') return;
  if (ending.type === 'ec2-instance' && !service.ran && !service.everStartedByOthers && !service.wanted)
    judge('P3.over-and-running', !isOver(ending) || !truth.runs, about);
  if (!service.wanted || service.meddled || service.takenDownByAnother(ending.run)) return;
  judge('P3.over-and-down', !isOver(ending) || truth.serves !== false, about);
}

function judgeDownTime(ending: Ending, service: Service, truth: TargetTruth, judge: Judge, about: () => string): void {
  const { said, died, slackMs } = ending;
  if (ending.type === 'ebs-volume' || !service.wanted || service.meddled || isOver(ending) || truth.serves !== false)
    return;
  if (service.takenDownByAnother(ending.run)) return;
  const told = said.lines.some((line) => /(has|may have) been out of service since /.test(line));
  const next = said.next.some((command) => /\b(resume|rollback) /.test(command));
  judge('P3.untold', told && next, about);
  const { downSince, downAtLatest = downSince } = said.status;
  if (
    told &&
    downSince !== undefined &&
    downAtLatest !== undefined &&
    service.downSince !== undefined &&
    !service.downByOthers
  ) {
    const lateMs = downSince - service.downSince;
    judge('P3.told-late', lateMs <= slackMs, () => `${Math.round(lateMs / 1000)} s: ${about()}`);
    // Groups come into force a while after the call, and sessions go on until they are dropped.
    const earlyMs = service.servedUntil - downAtLatest;
    const takesMs = (ending.type.startsWith('rds') ? 4 : 1) * slackMs;
    judge('P3.told-early', earlyMs <= takesMs, () => `${Math.round(earlyMs / 1000)} s: ${about()}`);
  }
  // A claim that was just taken off may still show, and a target in pieces waits for a person.
  const waits = ['target-claimed', 'target-in-pieces', 'mixed-start'].includes(said.code);
  if (ending.calm && !died && !waits) judge('P3.left-down', said.status.writePointAt !== undefined, about);
}
