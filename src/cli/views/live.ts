import { Listr, type ListrTask, type ListrTaskWrapper } from 'listr2';
import type { RunEvent } from '../../contract/event.ts';
import { ink, safe, tell } from '../screen.ts';
import { Board, type Row } from './board.ts';
import { onStderr, ownMarks, StderrRenderer } from './stderr-renderer.ts';
import { firstLine, type Scene, type View } from './view.ts';

type Task = ListrTask<unknown, typeof StderrRenderer>;
type Wrapper = ListrTaskWrapper<unknown, typeof StderrRenderer, typeof StderrRenderer>;
type End = 'done' | 'failed' | 'left';

const mostPlans = 12;
const beatMs = 250;
const fleetBeatMs = 500;

/** A live view on the terminal: a task per plan with its steps, or beyond a dozen plans one frame with totals. */
export function liveView(scene: Scene): View {
  tell(firstLine(scene, process.stderr.columns));
  const boards = new Map(scene.plans.map((plan) => [plan.name, new Board(plan, scene)]));
  const notes: string[] = [];
  const rows =
    boards.size <= mostPlans ? planTasks([...boards.values()], notes) : fleetTask([...boards.values()], notes);
  // The steps of a single plan are worth keeping on the screen; those of many are not.
  const options = { ...onStderr(), collapseSubtasks: boards.size > 1 };
  const listr = new Listr(rows.tasks, {
    renderer: StderrRenderer,
    fallbackRenderer: StderrRenderer,
    rendererOptions: options,
    fallbackRendererOptions: options,
    concurrent: true,
    exitOnError: false,
    // The run ends in its own way, and its journal with it.
    registerSignalListeners: false,
  });
  const timer = setInterval(() => draw(), boards.size <= mostPlans ? beatMs : fleetBeatMs);
  // Once all rows have ended there is no frame to draw into any more, and listr2 fails on an output of theirs.
  let drawing = true;
  const running = listr.run().finally(() => {
    drawing = false;
  });
  const draw = () => {
    if (drawing) rows.draw();
  };
  return {
    show: (event) => boards.get(planOf(event) ?? '')?.show(event),
    note(text) {
      notes.push(safe(text));
      draw();
    },
    async end() {
      clearInterval(timer);
      if (drawing) rows.finish();
      await running;
      for (const note of notes) tell(`${ink.dim('›')} ${note}`);
    },
  };
}

interface Rows {
  readonly tasks: Task[];
  /** Brings all texts up to date. */
  draw(): void;
  /** Lets every task end as its board says. */
  finish(): void;
}

function planTasks(boards: readonly Board[], notes: readonly string[]): Rows {
  const drawn = boards.map((board) => planTask(board, notes));
  return {
    tasks: drawn.map((one) => one.task),
    draw: () => drawn.forEach((one) => void one.draw()),
    finish: () => drawn.forEach((one) => void one.finish()),
  };
}

function planTask(board: Board, notes: readonly string[]): { task: Task; draw(): void; finish(): void } {
  let plan: Wrapper | undefined;
  const steps = board.rows.map((row) => stepTask(board, row));
  const draw = () => {
    if (!plan) return;
    retitle(plan, ink.bold(board.headline()));
    for (const step of steps) step.draw();
    print(plan, [...board.besideLines(), ...notes]);
    // Its neighbours may go on for days.
    if (board.state !== 'active') endSteps();
  };
  const endSteps = () => {
    const stuck = board.rows.find((row) => row.state === 'failed') ?? board.rows.find((row) => row.state !== 'done');
    for (const [at, step] of steps.entries()) {
      step.finish(board.state === 'failed' && board.rows[at] === stuck ? 'failed' : 'left');
    }
  };
  return {
    task: {
      title: ink.bold(board.headline()),
      task(_, wrapper) {
        plan = wrapper;
        ownMarks.set(wrapper.task, () => board.planMark());
        const inOrder = { concurrent: false, exitOnError: true };
        return wrapper.newListr(
          steps.map((step) => step.task),
          inOrder,
        );
      },
    },
    draw,
    finish() {
      draw();
      if (board.state === 'active') plan?.skip();
      endSteps();
    },
  };
}

function stepTask(board: Board, row: Row): { task: Task; draw(): void; finish(end: End): void } {
  let step: Wrapper | undefined;
  let settle: (end: End) => void = () => {};
  const over = new Promise<End>((resolve) => {
    settle = resolve;
  });
  const text = () => (row.state === 'active' ? board.rowText(row) : ink.dim(board.rowText(row)));
  const draw = () => {
    // The last one stays open until its plan has ended: what comes after it (claims are released) is still shown.
    if (row.state === 'done' && row !== board.rows.at(-1)) settle('done');
    if (!step) return;
    retitle(step, text());
    print(step, board.rowLines(row));
  };
  return {
    task: {
      title: ink.dim(board.rowText(row)),
      async task(_, wrapper) {
        step = wrapper;
        ownMarks.set(wrapper.task, () => board.markOf(row));
        draw();
        const end = await over;
        retitle(wrapper, text());
        if (end === 'failed') throw new Error(row.id);
        if (end === 'left') wrapper.skip();
      },
    },
    draw,
    finish(end) {
      draw();
      settle(row.state === 'done' ? 'done' : end);
    },
  };
}

function fleetTask(boards: readonly Board[], notes: readonly string[]): Rows {
  let fleet: Wrapper | undefined;
  let settle: () => void = () => {};
  const over = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const draw = () => {
    if (!fleet) return;
    const failed = boards.filter((board) => board.state === 'failed');
    const active = boards.filter(
      (board) => board.state === 'active' && board.rows.some((row) => row.state === 'active'),
    );
    const done = boards.filter((board) => board.state === 'done').length;
    retitle(
      fleet,
      ink.bold(`${boards.length} plans: ${done} done · ${active.length} active · ${failed.length} failed`),
    );
    const room = Math.max(4, (process.stderr.rows ?? 24) - notes.length - 5);
    const shown = [...failed, ...active].slice(0, room);
    const more = failed.length + active.length - shown.length;
    print(fleet, [...shown.map(fleetLine), ...(more > 0 ? [`… and ${more} more`] : []), ...notes]);
  };
  const task: Task = {
    title: ink.bold(`${boards.length} plans`),
    async task(_, wrapper) {
      fleet = wrapper;
      await over;
      if (boards.some((board) => board.state !== 'done')) wrapper.skip();
    },
  };
  return {
    tasks: [task],
    draw,
    finish() {
      draw();
      settle();
    },
  };
}

function fleetLine(board: Board): string {
  const row = board.rows.find((one) => one.state === 'active');
  const mark = board.state === 'failed' ? '✗' : '▶';
  return `${mark} ${board.headline()}${row ? `  ${board.rowText(row).replace(/ {2,}/g, ' ')}` : ''}`;
}

/** The plan that an event is of; none for one of the whole run. */
function planOf(event: RunEvent): string | undefined {
  if ('plan' in event) return event.plan;
  if ('key' in event) return event.key.plan;
  const { entry } = event;
  return 'plan' in entry ? entry.plan : 'key' in entry ? entry.key.plan : undefined;
}

// listr2 draws anew at each assignment, changed or not.
function retitle(task: Wrapper, title: string): void {
  if (task.title !== title) task.title = title;
}

function print(task: Wrapper, lines: readonly string[]): void {
  const text = lines.join('\n');
  if ((task.output ?? '') !== text) task.output = text;
}
