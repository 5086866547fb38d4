import type { RekeyError } from '../../errors/index.ts';
import type { RunReport } from '../document/schema.ts';
import { page } from './html.ts';
import { broken, html } from './markup.ts';
import { code, lengthText, marked, moment, statusSigns, table } from './parts.ts';

interface Index {
  readonly madeAt: string;
  readonly runs: readonly RunReport[];
  readonly unreadable: readonly { readonly run: string; readonly error: RekeyError }[];
  /** Of the files beside it, one a run. */
  readonly extension: string;
}

/** The page that leads to the reports of all runs, newest first. */
export function indexOf({ madeAt, runs, unreadable, extension }: Index): string {
  const rows = runs.toReversed().map((run) => {
    const { targets, journal } = run;
    const downMs = targets.reduce((sum, one) => sum + one.downMs, 0);
    const still = targets.some(({ down }) => down.some(({ until }) => until === null));
    const statuses = [...new Set(targets.map(({ status }) => status))];
    return [
      html`<a href="${run.run}.${extension}">${run.run}</a>`,
      targets.length === 1 ? targets[0]?.target : `${targets.length} targets`,
      html`${statuses.map((status) => html`${marked(statusSigns[status], status)} `)}${journal.damage ? marked(['✗', 'bad'], 'its journal is damaged') : undefined}`,
      downMs === 0
        ? 'not'
        : html`${lengthText(downMs)}${still ? html` ${marked(['✗', 'bad'], 'still down')}` : undefined}`,
      html`${moment(run.startedAt)} to ${moment(run.lastRecordAt)}`,
    ];
  });
  const title = 'rekey: reports of all runs';
  return page(
    title,
    html`<header><h1>${title}</h1><p class="soft">Made at ${moment(madeAt)} from journals alone; AWS was not asked. All times are UTC.</p></header>
<main>${runs.length === 0 ? html`<p>There is no run.</p>` : undefined}${table('Runs, the newest first', ['Run', 'Target', 'Status', 'Out of service, in sum', 'First and last record'], rows)}${table(
      'Runs of which no report could be made',
      ['Run', 'Why'],
      unreadable.map(({ run, error }) => [code(run), html`${code(error.code)}: ${broken(error.message)}`]),
    )}</main>`,
  );
}
