import { durationText } from '../duration.ts';
import type { RunReport, Target } from './schema.ts';
import { counted, listed } from './words.ts';

const ends: { readonly [S in Target['status']]: string } = {
  done: 'done',
  'rolled-back': 'rolled back',
  'nothing-to-do': 'with nothing to do',
  refused: 'refused',
  failed: 'stopped by a failure',
  paused: 'paused',
  running: 'being worked at',
  interrupted: 'interrupted',
};

/** What a run has done, in one sentence. */
export function summaryOf({ run, targets, startedAt, lastRecordAt }: Omit<RunReport, 'summary'>): string {
  const states = [...new Set(targets.map(({ status }) => status))].map((status) => {
    const many = targets.filter((one) => one.status === status).length;
    return `${counted(many, 'target')} ${many === 1 ? 'is' : 'are'} ${ends[status]}`;
  });
  const deleted = targets.flatMap(({ resources }) => resources.filter(({ originalIs }) => originalIs === 'deleted'));
  const facts = [
    listed(states.length > 0 ? states : ['no plan is on record']),
    downWords(targets),
    deleted.length === 0 ? 'no original was deleted' : `${counted(deleted.length, 'original')} deleted after proof`,
    ...standingWords(targets),
  ];
  const when = startedAt === null ? '' : `, from ${startedAt} to ${lastRecordAt ?? startedAt}`;
  return `Run ${run}${when}: ${facts.join('; ')}.`;
}

function downWords(targets: readonly Target[]): string {
  const still = targets.filter(({ down }) => down.some(({ until }) => until === null));
  const was = targets.filter(({ down }) => down.length > 0);
  const [one] = was;
  if (!one) return 'nothing was out of service because of it';
  const longest = durationText(Math.max(...was.map(({ downMs }) => downMs)));
  const who = was.length === 1 ? one.target : `${was.length} targets, the longest`;
  const now =
    still.length === 0
      ? ''
      : `, and ${listed(still.map(({ target }) => target).slice(0, 5))} ${still.length === 1 ? 'is' : 'are'} out of service still`;
  return `${who} was out of service for ${longest}${now}`;
}

function standingWords(targets: readonly Target[]): string[] {
  const old = targets.flatMap(({ stands }) => stands.filter(({ key }) => key === 'old'));
  if (old.length === 0) return ['nothing of what it has moved or copied is left under the old key'];
  return [
    `${counted(old.length, 'original or copy', 'originals and copies')} ${old.length === 1 ? 'is' : 'are'} under the old key still`,
  ];
}
