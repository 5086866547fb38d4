import type { Ending } from './aftermath.ts';
import type { Judge } from './deletes.ts';
import type { Kind } from './kinds.ts';
import type { Said } from './said.ts';
import type { Service, TargetTruth } from './service.ts';

// AWS may show for so long how something was (facts §1.6).
const staleForMs = 300_000;

/**
 * P5: what is said of how the target was when it was last seen, by how it truly was from then on. A process that ends by itself
 * has to have looked, or to say that it could not. What is not so is told with how long ago it was so, and by whose doing it is no
 * more: by that a sentence that is late is told from one that is wrong.
 */
export function judgeNow(ending: Ending, service: Service, truth: TargetTruth, judge: Judge): void {
  const { said, type, died } = ending;
  // What others changed so late no look can have shown; of what a journal has lost nothing can be said.
  if (ending.recordsLost || service.changedByOthersOf(ending.run) >= ending.lastReadAt - staleForMs) return;
  const { changing, downSince, downInDoubt, unwinding, takenBack, lastSeen, deleted, target } = said.status;
  const since = (lastSeen?.at ?? 0) - staleForMs - ending.stallMs;
  const sentence = (kind: Kind, so: (truth: TargetTruth) => boolean) =>
    judge(kind, service.wasSince(so, since), () =>
      aboutOf(ending, truth, service.notSo(so, ending.run, ending.stallMs)),
    );
  const now = nowSaid(said);
  if (now) judge('P5.not-looked', ending.lookedAt, () => aboutOf(ending, truth));
  if (now && type === 'ebs-volume' && !deleted.includes(target))
    sentence('P5.now-volume', (one) => one.runs === now.running);
  if (type === 'ebs-volume') return;
  // What is said to be on its way was something in between, and soon is something else.
  if (now && !changing) {
    const side = sideOf(ending, truth);
    const swap = side === 'mixture' || side === 'nothing';
    sentence(died ? 'P5.status-now' : 'P5.now-runs', (one) => runs(now, one));
    sentence(died ? 'P5.status-now' : swap ? 'P5.now-swap' : 'P5.now-holds', (one) =>
      [one.holds, one.open, one.named].some((holds) => sideOf(ending, { ...one, holds }) === now.holds),
    );
  }
  // That somebody has opened the fence is said beside it.
  if (downSince === undefined || downInDoubt || lastSeen?.byAccident) return;
  const kind = unwinding || takenBack ? 'P5.down-unwinding' : 'P5.down';
  sentence(died ? 'P5.status-down' : kind, ({ serves }) => serves !== true);
}

/** What is said of now, if anything is. */
function nowSaid({ status: { lastSeen, pairs, takenBack } }: Said) {
  return pairs.length > 0 || takenBack ? lastSeen : undefined;
}

/** A database that lets clients in and is not up may be told either way, and so may one whose groups let in nobody who is there. */
function runs({ running }: { readonly running: boolean }, truth: TargetTruth): boolean {
  if (running && truth.open.length > 0) return true;
  return [truth.runs, truth.serves].includes(running) || truth.serves === 'between';
}

function sideOf({ type, said }: Ending, { holds }: TargetTruth): string {
  // A volume that is attached to nothing stands for itself as long as it is there.
  if (type === 'ebs-volume') return holds.length > 0 ? 'originals' : 'replacements';
  // A replica stands beside the target, which serves without it.
  const pairs = said.status.pairs.filter((pair) => !('beside' in pair));
  const replaced = pairs.filter(({ replacement }) => holds.includes(replacement)).length;
  const original = pairs.filter((pair) => holds.includes(pair.original)).length;
  if (pairs.length > 0 && replaced + original === 0) return 'nothing';
  if (replaced === 0 && original === pairs.length) return 'originals';
  return original === 0 && replaced === pairs.length ? 'replacements' : 'mixture';
}

/** How a process has ended, what it said of the target, and how that is; `notSo`: how long ago it was as it was said. */
export function aboutOf(ending: Ending, truth: TargetTruth, notSo = ''): string {
  const { died, said } = ending;
  const { status, unwinding, takenBack, downSince } = said.status;
  const now = nowSaid(said);
  const words = said.lines.filter((line) => /^(down|seen|unknown|next|or) |stopped|taken back/.test(line));
  return [
    `${died ? 'died' : said.code}, ${status}${unwinding ? ', unwinding' : ''}${takenBack ? ', taken back' : ''}`,
    `said ${now ? wordsOf(now.running, now.holds) : 'nothing'}${downSince === undefined ? '' : ', and down'}`,
    `truly ${wordsOf(truth.runs, sideOf(ending, truth))}, and serves: ${truth.serves}`,
    ...(notSo === '' ? [] : [notSo]),
    JSON.stringify(truth),
    `said: ${words.join(' | ')}`,
  ].join('; ');
}

const wordsOf = (running: boolean, holds: string) => `${running ? 'running' : 'stopped'} with ${holds}`;
