import type { Command } from '../../src/engine/execute.ts';
import type { RekeyError } from '../../src/errors/index.ts';
import type { Judge } from './deletes.ts';
import type { Origin } from './origin.ts';
import type { Said } from './said.ts';
import type { Service, TargetTruth } from './service.ts';

/** How a process ended. */
export interface ProcessEnd {
  /** The command that it was given. */
  readonly command: Command;
  readonly died: boolean;
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
  readonly said: Said;
  /** The time of the last read of the target that was answered. */
  readonly lastReadAt: number;
  readonly slackMs: number;
  /** Nothing is in the way any more: no faults, no other people, and nobody has taken the target apart. */
  readonly calm: boolean;
  /** What others have deleted. */
  readonly goneByOthers: ReadonlySet<string>;
}

// AWS may show for so long how something was (facts §1.6).
const staleForMs = 300_000;

/** P3 to P5 at the end of a process: judges how it leaves the target, and what is said of it, by how the account truly is. */
export function judgeEnding(ending: Ending, service: Service, origin: Origin, judge: Judge): void {
  const truth = service.truth();
  const about = () => aboutOf(ending, truth);
  judgeService(ending, service, truth, judge, about);
  judgeDownTime(ending, service, truth, judge, about);
  judgeNow(ending, service, truth, judge, about);
  if (!ending.died) judgeNames(ending, origin, judge, about);
}

const isOver = ({ said }: Ending) =>
  said.status.status === 'done' || said.status.status === 'rolled-back' || said.status.takenBack;

function judgeService(ending: Ending, service: Service, truth: TargetTruth, judge: Judge, about: () => string): void {
  if (ending.type === 'ebs-volume') return;
  if (ending.type === 'ec2-instance' && !service.served && !service.everStartedByOthers && !service.wanted)
    judge('P3.over-and-running', !isOver(ending) || !truth.runs, about);
  if (!service.wanted || service.meddled) return;
  judge('P3.over-and-down', !isOver(ending) || truth.serves !== false, about);
}

function judgeDownTime(ending: Ending, service: Service, truth: TargetTruth, judge: Judge, about: () => string): void {
  const { said, died, slackMs } = ending;
  if (ending.type === 'ebs-volume' || !service.wanted || service.meddled || isOver(ending) || truth.serves !== false)
    return;
  const told = said.lines.some((line) => /has been out of service since /.test(line));
  const next = said.next.some((command) => /\b(resume|rollback) /.test(command));
  judge('P3.untold', told && next, about);
  const { downSince } = said.status;
  if (told && downSince !== undefined && service.downSince !== undefined && !service.downByOthers) {
    const lateMs = downSince - service.downSince;
    judge('P3.told-late', lateMs <= slackMs, () => `${Math.round(lateMs / 1000)} s: ${about()}`);
    // Groups come into force a while after the call, and sessions go on until they are dropped.
    const earlyMs = service.servedUntil - downSince;
    const takesMs = (ending.type.startsWith('rds') ? 4 : 1) * slackMs;
    judge('P3.told-early', earlyMs <= takesMs, () => `${Math.round(earlyMs / 1000)} s: ${about()}`);
  }
  // A claim that was just taken off may still show, and a target in pieces waits for a person.
  const waits = ['target-claimed', 'target-in-pieces', 'mixed-start'].includes(said.code);
  if (ending.calm && !died && !waits) judge('P3.left-down', said.status.writePointAt !== undefined, about);
}

function judgeNow(ending: Ending, service: Service, truth: TargetTruth, judge: Judge, about: () => string): void {
  const { said, died } = ending;
  const { expected, pairs, takenBack, downSince } = said.status;
  // What others changed so late no look can have shown.
  if (ending.type === 'ebs-volume' || service.changedByOthersAt >= ending.lastReadAt - staleForMs) return;
  if (expected && (pairs.length > 0 || takenBack)) {
    // A database that lets clients in and is not up may be told either way.
    const running = [truth.runs, truth.serves].includes(expected.running) || truth.serves === 'between';
    const side = sideOf(said, truth);
    const swap = side === 'mixture' || side === 'nothing';
    judge(died ? 'P5.status-now' : 'P5.now-runs', running, about);
    judge(died ? 'P5.status-now' : swap ? 'P5.now-swap' : 'P5.now-holds', expected.holds === side, about);
  }
  if (downSince === undefined) return;
  const down = said.status.unwinding || takenBack ? 'P5.down-unwinding' : 'P5.down';
  judge(died ? 'P5.status-down' : down, truth.serves !== true || service.meddled, about);
}

function judgeNames(ending: Ending, origin: Origin, judge: Judge, about: () => string): void {
  const { said, goneByOthers } = ending;
  const all = origin.all();
  const lacking = said.there.filter((id) => !all.includes(id) && !goneByOthers.has(id));
  judge('P5.gone', lacking.length === 0, () => `${lacking.join(', ')}: ${about()}`);
  const isTold = (id: string) => said.announced.some((text) => text.includes(id));
  // A copy of ours that AWS would not let go is told by name.
  const still = said.gone.filter((id) => all.includes(id) && !(said.status.discarded.includes(id) && isTold(id)));
  judge('P5.there', still.length === 0, () => `${still.join(', ')}: ${about()}`);
}

/** P4 at the end of a process: once all plans of a run are over, what it made and left has a name in what was said. */
export function judgeLeftovers(endings: readonly Ending[], origin: Origin, judge: Judge): void {
  const [first] = endings;
  const ended = ({ said }: Ending) => said.status.status === 'done' || said.status.status === 'rolled-back';
  if (!first || first.died || !endings.every(ended)) return;
  const words = endings.flatMap(({ said }) => [...said.lines, ...said.announced, ...said.there]).join('\n');
  const unnamed = origin.madeBy(first.run).filter((id) => !words.includes(id));
  judge('P4.unnamed', unnamed.length === 0, () => `${unnamed.join(', ')}, at ${first.said.code}`);
}

function sideOf({ status }: Said, { holds }: TargetTruth): string {
  // A replica stands beside the target, which serves without it.
  const pairs = status.pairs.filter((pair) => !('beside' in pair));
  const replaced = pairs.filter(({ replacement }) => holds.includes(replacement)).length;
  const original = pairs.filter((pair) => holds.includes(pair.original)).length;
  if (pairs.length > 0 && replaced + original === 0) return 'nothing';
  if (replaced === 0 && original === pairs.length) return 'originals';
  return original === 0 && replaced === pairs.length ? 'replacements' : 'mixture';
}

function aboutOf({ died, said }: Ending, truth: TargetTruth): string {
  const words = said.lines.filter((line) => /^(down|now|next|or) |stopped|taken back/.test(line));
  return `${died ? 'died' : said.code}, ${said.status.status}; truth ${JSON.stringify(truth)}; said: ${words.join(' | ')}`;
}
