import type { RunEvent } from '../../contract/event.ts';
import type { Plan } from '../../contract/plan.ts';
import type { Entry, Key } from '../../contract/record.ts';
import { keyText } from '../../engine/state/key.ts';
import { durationText, momentText } from '../../report/duration.ts';
import { costOfHold } from '../../report/holding-cost.ts';
import type { PlanStatus } from '../../report/plan-status.ts';
import { safe } from '../screen.ts';
import { bar, Progress, remainingText } from './progress.ts';
import type { Scene } from './view.ts';

/** One effect or look under way. */
interface Item {
  readonly title: string;
  readonly since: number;
  progress?: Progress;
  trouble?: string;
}

/** One row of a plan. */
export interface Row {
  readonly id: string;
  readonly uses: string | undefined;
  state: 'waiting' | 'active' | 'done' | 'failed';
  total: number;
  done: number;
  since: number;
  until: number;
  /** Of a gate: when it opens. */
  opensAt?: number;
  /** Of a hold: what it comes to. */
  cost?: string;
  readonly items: Map<string, Item>;
}

// More lines than this tell a person less.
const mostLines = 8;

/** What a person sees of one plan: fed with its events, asked for text. */
export class Board {
  readonly plan: Plan;
  readonly rows: readonly Row[];
  state: 'active' | 'done' | 'failed' | 'left' = 'active';
  /** What belongs to no step: claims, undoing, cleaning up. */
  readonly beside = new Map<string, Item>();
  readonly #scene: Scene;
  readonly #since: number;
  /** Of each step that is taken back how far that is, as it was last: it stays when all is over. */
  #takingBack: NonNullable<PlanStatus['takingBack']> = [];

  constructor(plan: Plan, scene: Scene) {
    this.plan = plan;
    this.#scene = scene;
    this.#since = scene.now();
    this.rows = plan.steps.map((step) => ({
      id: step.id,
      uses: step.kind === 'use' ? step.uses : undefined,
      state: 'waiting',
      total: 1,
      done: 0,
      since: 0,
      until: 0,
      items: new Map(),
    }));
    this.#reachBack();
  }

  /** Takes an event of this plan. */
  show(event: RunEvent): void {
    const now = this.#scene.now();
    switch (event.type) {
      case 'record':
        this.#record(event.entry);
        break;
      case 'step.started':
        this.#start(event.step, event.items);
        break;
      case 'step.finished':
        this.#finish(event.step);
        break;
      case 'gate.waiting':
        this.#wait(event.step, event.until);
        break;
      case 'effect.started':
        this.#itemsOf(event.key).set(keyText(event.key), { title: safe(event.title), since: now });
        break;
      case 'effect.progress':
        this.#progress(event.key, event.progress);
        break;
      case 'effect.retried': {
        const item = this.#item(event.key);
        if (item) item.trouble = safe(`${event.code}; again in ${durationText(event.inMs)}`);
      }
    }
  }

  #record(entry: Entry): void {
    this.#reachBack();
    switch (entry.t) {
      case 'done':
      case 'failed':
        this.#endItem(entry.key, entry.t);
        break;
      case 'passed':
        this.#finish(entry.step);
        break;
      case 'unwinding':
        for (const row of this.rows) row.items.clear();
        break;
      case 'stopped':
        this.state = 'failed';
        break;
      case 'finished':
        this.state = 'done';
    }
  }

  /** A process that takes back what another has done shows what that has reached. */
  #reachBack(): void {
    const { takingBack, step } = this.#scene.status(this.plan.name);
    if (takingBack === undefined) return;
    if (this.#takingBack.length === 0) this.#over(step === undefined ? this.rows.length : this.#at(step));
    this.#takingBack = takingBack;
  }

  #at(step: string): number {
    return this.rows.findIndex((row) => row.id === step);
  }

  #over(before: number): void {
    for (const row of this.rows.slice(0, Math.max(before, 0))) if (row.state !== 'failed') row.state = 'done';
  }

  #row(step: string): Row | undefined {
    return this.rows.find((row) => row.id === step);
  }

  #itemsOf(key: Key): Map<string, Item> {
    return (key.undo === undefined ? this.#row(key.step)?.items : undefined) ?? this.beside;
  }

  #item(key: Key): Item | undefined {
    return this.#itemsOf(key).get(keyText(key));
  }

  #progress(key: Key, done: number): void {
    const item = this.#item(key);
    if (!item) return;
    delete item.trouble;
    item.progress ??= new Progress(this.#scene.now(), done);
    item.progress.reach(this.#scene.now(), done);
  }

  #endItem(key: Key, end: 'done' | 'failed'): void {
    this.#itemsOf(key).delete(keyText(key));
    const row = key.undo === undefined ? this.#row(key.step) : undefined;
    if (row && end === 'done') row.done++;
    if (row && end === 'failed') row.state = 'failed';
  }

  #wait(step: string, until: number): void {
    const row = this.#reach(step);
    if (row) row.opensAt = until;
    const cost = costOfHold(this.#scene.status(this.plan.name).holdingCosts, until);
    if (row && cost !== undefined) row.cost = cost;
  }

  #start(step: string, items: number): void {
    // It goes forward again.
    this.#takingBack = [];
    const row = this.#reach(step);
    if (row) row.total = items;
  }

  /** The steps before this one are over, also those that told nothing: done in an earlier process, or a gate that stood open. */
  #reach(step: string): Row | undefined {
    const at = this.#at(step);
    this.#over(at);
    const row = this.rows[at];
    if (row?.state === 'waiting') Object.assign(row, { state: 'active', since: this.#scene.now() });
    return row;
  }

  #finish(step: string): void {
    const row = this.#reach(step);
    if (!row) return;
    Object.assign(row, { state: 'done', until: this.#scene.now() });
    row.items.clear();
  }

  /** The plan in one line. */
  headline(): string {
    const { name, target } = this.plan;
    const { downSince, servesAgainSince, unwinding, rollsBack } = this.#scene.status(name);
    const at = this.rows.filter((row) => row.state === 'done').length;
    const of = this.rows.length;
    const back = this.#takingBack.filter((one) => one.back === one.of).length;
    const now = this.#scene.now();
    const parts = [
      downSince === undefined || servesAgainSince !== undefined ? '' : `down for ${durationText(now - downSince)}`,
      unwinding
        ? `taking back, ${back} of ${this.#takingBack.length} steps`
        : this.state === 'active' && !rollsBack
          ? `step ${Math.min(at + 1, of)} of ${of}`
          : '',
      durationText(now - this.#since),
    ];
    return `${name}  ${target.id}  ${parts.filter(Boolean).join(' · ')}`;
  }

  /** The mark of the plan, where it is not that of its task. */
  planMark(): '←' | undefined {
    return this.#takingBack.length > 0 && this.state === 'done' ? '←' : undefined;
  }

  /** The mark of a step, where it is not that of its task: what is taken back goes the other way. */
  markOf(row: Row): '←' | '✔' | '▶' | '◌' | undefined {
    if (this.#takingBack.length === 0) return row.state === 'waiting' ? '◌' : undefined;
    if (row.state === 'failed') return undefined;
    const of = `${this.plan.name}/${row.id}/`;
    if ([...this.beside.keys()].some((key) => key.startsWith(of))) return '▶';
    const taken = this.#taken(row);
    if (taken === undefined) return row.state === 'done' ? '✔' : '◌';
    return taken.back === taken.of ? '←' : '✔';
  }

  #taken({ id }: Row) {
    return this.#takingBack.find(({ step }) => step === id);
  }

  /** A step in one line. */
  rowText(row: Row): string {
    const id = row.id.padEnd(Math.max(...this.rows.map((one) => one.id.length)));
    return `${id}  ${this.#rowDetail(row)}`.trimEnd();
  }

  #rowDetail(row: Row): string {
    const taken = this.#taken(row);
    if (taken && row.state !== 'failed') return takenText(taken);
    const now = this.#scene.now();
    switch (row.state) {
      case 'waiting':
        return '';
      case 'done':
        return [
          row.uses === undefined ? '' : row.total > 1 ? `${row.total} × ${row.uses}` : row.uses,
          row.until > row.since && row.since > 0 ? durationText(row.until - row.since) : '',
        ]
          .filter(Boolean)
          .join(' · ');
      case 'failed':
        return `failed: ${row.uses ?? row.id}`;
      case 'active': {
        if (row.opensAt !== undefined && row.opensAt > now) {
          const left = Number.isFinite(row.opensAt) ? `, in ${durationText(row.opensAt - now)}` : '';
          return `opens ${momentText(row.opensAt)}${left}${row.cost === undefined ? '' : `; ${row.cost}`}`;
        }
        const [only] = row.items.values();
        if (row.total === 1) return only ? itemText(only, now) : '';
        return `${row.done} of ${row.total}`;
      }
    }
  }

  /** The items of a step that are under way, a line each; none when the step's own line says it. */
  rowLines(row: Row): readonly string[] {
    return row.state === 'active' && row.total > 1 ? itemLines([...row.items.values()], this.#scene.now()) : [];
  }

  /** What is under way beside the steps, a line each. */
  besideLines(): readonly string[] {
    return itemLines([...this.beside.values()], this.#scene.now());
  }
}

function takenText({ back, of }: { readonly back: number; readonly of: number }): string {
  if (back === of) return 'taken back';
  return back === 0 ? 'not taken back' : `${back} of ${of} taken back`;
}

function itemLines(items: readonly Item[], now: number): string[] {
  const shown = items.slice(0, mostLines);
  const width = Math.max(0, ...shown.map((item) => item.title.length));
  const lines = shown.map((item) => itemText(item, now, width));
  if (items.length > shown.length) lines.push(`… and ${items.length - shown.length} more`);
  return lines;
}

const barWidth = () => ((process.stderr.columns ?? 80) < 100 ? 8 : 16);

function itemText(item: Item, now: number, width = 0): string {
  const title = item.title.padEnd(width);
  if (item.trouble !== undefined) return `${title}  ${item.trouble}`;
  const { progress } = item;
  if (!progress) return now - item.since < 1_000 ? item.title : `${title}  ${durationText(now - item.since)}`;
  return `${title}  ${bar(progress.done, barWidth())}  ${remainingText(progress.remainingMs(now))}`.trimEnd();
}
