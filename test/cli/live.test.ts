import { stripVTControlCharacters } from 'node:util';
import { expect, test, vi } from 'vitest';
import { Board } from '../../src/cli/views/board.ts';
import { liveView } from '../../src/cli/views/live.ts';
import { LiveStatus } from '../../src/report/live-status.ts';
import { registry } from '../../src/steps/registry.ts';
import { instancePlan, inWorld, planOf, twoVolumes } from '../support/world.ts';
import { sceneOf } from './scene.ts';

const turns = async () => {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
};

test('the live view takes what comes after the last step of the last plan, and its end, without failing', async () => {
  const life = await inWorld(twoVolumes, (world) => world.process());
  const written: string[] = [];
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  try {
    const plan = planOf(instancePlan);
    const begun = life.disk.findIndex((record) => record.t === 'command');
    const status = new LiveStatus([plan], registry, life.disk.slice(0, begun));
    const view = liveView(sceneOf(plan, status));
    for (const event of life.events) {
      status.take(event);
      view.show(event);
      view.note('drawn');
      await turns();
    }
    view.note('after the end of all rows');
    await turns();
    await view.end();
  } finally {
    write.mockRestore();
  }
  const screen = written.join('');
  expect(screen).toContain('discard-warm-up');
  expect(screen).toContain('after the end of all rows');
  expect(screen).toMatch(/^run 20260104T000000Z-aaaaaa; whatever ends this process, go on with: rekey resume 2026/);
  // A process that is killed could not show it again.
  expect(screen).not.toContain('\u001b[?25l');
}, 60_000);

test('in a terminal the cursor is there after each frame, so that a process that is killed leaves it there', async () => {
  const life = await inWorld(twoVolumes, (world) => world.process());
  const plan = planOf(instancePlan);
  const status = new LiveStatus([plan], registry, life.disk);
  const written: string[] = [];
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const { isTTY } = process.stderr;
  process.stderr.isTTY = true;
  const screen = () => written.join('');
  const frames = () => screen().split('\u001b[?25l').length - 1;
  const isHidden = () => screen().lastIndexOf('\u001b[?25l') > screen().lastIndexOf('\u001b[?25h');
  const hidden: boolean[] = [];
  try {
    const view = liveView(sceneOf(plan, status));
    for (const frame of [1, 2, 3]) {
      while (frames() < frame) await turns();
      hidden.push(isHidden());
    }
    await view.end();
    hidden.push(isHidden());
  } finally {
    write.mockRestore();
    process.stderr.isTTY = isTTY;
  }
  expect(hidden).toEqual([false, false, false, false]);
}, 60_000);

test('of a run that pauses only the step that it waits at has the mark of what was left: those after it have not begun', async () => {
  const life = await inWorld(twoVolumes, (world) => world.process([], { wait: false }));
  const plan = planOf(instancePlan);
  const status = new LiveStatus([plan], registry, life.disk);
  const written: string[] = [];
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  try {
    const view = liveView(sceneOf(plan, status));
    for (const event of life.events) view.show(event);
    await view.end();
  } finally {
    write.mockRestore();
  }
  const screen = stripVTControlCharacters(written.join(''));
  expect(screen).toMatch(/◼ soak +opens /);
  expect(screen).toMatch(/◌ delete\n/);
  expect(screen).not.toMatch(/◼ delete\n/);
}, 60_000);

test('a rollback shows what is taken back and what is left, also in the process that did none of it', async () => {
  const plan = planOf(instancePlan);
  const { held, life } = await inWorld(twoVolumes, async (world) => {
    const held = await world.process([], { wait: false });
    const command = { command: 'rollback', discardWrites: true } as const;
    return { held, life: await world.process(held.disk, { command }) };
  });
  const status = new LiveStatus([plan], registry, held.disk);
  const board = new Board(plan, sceneOf(plan, status));
  const frames: string[] = [];
  for (const event of life.events) {
    status.take(event);
    board.show(event);
    frames.push(board.rows.map((row) => `${board.markOf(row)} ${board.rowText(row)}`).join('\n'));
  }
  const at = (...rows: RegExp[]) => frames.some((frame) => rows.every((row) => row.test(frame)));
  expect(at(/^✔ read /m, /^✔ attach +not taken back$/m, /^✔ detach +not taken back$/m, /^◌ delete$/m)).toBe(true);
  expect(at(/^▶ attach +1 of 2 taken back$/m, /^✔ detach +not taken back$/m)).toBe(true);
  expect(at(/^← attach +taken back$/m, /^▶ detach /m, /^✔ stop +not taken back$/m)).toBe(true);
  const last = frames.at(-1) ?? '';
  for (const step of ['attach', 'detach', 'stop', 'snapshot']) {
    expect(last).toMatch(new RegExp(`^← ${step} +taken back$`, 'm'));
  }
  // The replacements may hold writes, and stay.
  expect(last).toMatch(/^✔ create +not taken back$/m);
  expect(board.planMark()).toBe('←');
}, 60_000);
