import { stripVTControlCharacters } from 'node:util';
import { expect, test, vi } from 'vitest';
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
