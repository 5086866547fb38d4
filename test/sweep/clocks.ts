import type FakeTimers from '@sinonjs/fake-timers';
import type { PlanSource, Window } from '../../src/contract/plan.ts';
import type { Life, ProcessOptions, World } from '../support/world.ts';

export const minute = 60_000;
export const hour = 60 * minute;

/** The clock of this machine as the harness has faked it. */
function machine(): FakeTimers.Clock {
  const clock: unknown = Reflect.get(setTimeout, 'clock');
  if (clock === null || typeof clock !== 'object') throw new Error('time is not faked here');
  return clock as FakeTimers.Clock;
}

/** Somebody sets the clock of this machine; AWS's goes on as before. */
export function jump(world: World, ms: number): void {
  machine().setSystemTime(Date.now() + ms);
  world.account.advance(-ms);
}

/** The machine sleeps: its timers stand still, the wall and AWS go on. */
export function suspend(ms: number): void {
  machine().setSystemTime(Date.now() + ms);
}

/** What may happen to a clock. None of it makes anything overdue that is on its way. */
export const upsets = [
  { name: 'the clock is put an hour ahead', act: (world: World) => jump(world, hour) },
  { name: 'the clock is put back an hour', act: (world: World) => jump(world, -hour) },
  { name: 'the machine sleeps for eight hours', act: (_world: World) => suspend(8 * hour) },
] as const;

/** A process in which `act` happens once: at its nth call, or so long after its beginning. */
export function upset(
  world: World,
  at: { readonly call: number } | { readonly afterMs: number },
  act: () => void,
  options: ProcessOptions = {},
): Promise<Life> {
  if ('afterMs' in at) {
    setTimeout(act, at.afterMs);
    return world.process([], options);
  }
  return world.process([], { ...options, beforeCall: (_operation, number) => number === at.call && act() });
}

/** When a cut-over may begin in these tests: at 01:00 on a Sunday in Dublin, and for two and a half hours more. */
export const window: Window = {
  cron: '0 1 * * SUN',
  timezone: 'Europe/Dublin',
  durationMs: 3 * hour,
  cutoffMs: 30 * minute,
};

/** A shipped plan with that window. */
export const windowed = (plan: PlanSource): PlanSource => ({
  ...plan,
  text: plan.text.replace(
    /^# window: (.*)$/m,
    'window: { cron: "0 1 * * SUN", timezone: Europe/Dublin, duration: 3h, cutoff: 30m }',
  ),
});

/** The clock on a wall in Dublin: weekday, and minutes since its midnight. */
function dublin(at: number): { weekday: string; minutes: number } {
  const format = { timeZone: 'Europe/Dublin', weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  const parts = new Intl.DateTimeFormat('en-GB', format as Intl.DateTimeFormatOptions).formatToParts(new Date(at));
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return { weekday: part('weekday'), minutes: Number(part('hour')) * 60 + Number(part('minute')) };
}

/** May a cut-over begin at this moment? Reckoned from the wall in Dublin alone: a window has opened at 01:00, or where that hour does not exist at its end, in the last two and a half hours. */
export function mayBegin(at: number): boolean {
  for (let back = 0; back < 150; back++) {
    const then = at - (at % minute) - back * minute;
    const [now, before] = [dublin(then), dublin(then - minute)];
    if (now.weekday === 'Sun' && now.minutes >= 60 && before.minutes < 60 && before.weekday === 'Sun') return true;
  }
  return false;
}

/** Lets time pass until this moment. */
export const passTo = (world: World, at: number) => world.pass(at - Date.now());
export const sunday = Date.UTC(2026, 0, 4);
