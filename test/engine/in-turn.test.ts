import { expect, test } from 'vitest';
import { type Turn, TurnOver, type Turns } from '../../src/contract/turns.ts';
import { live, Toy } from './toy.ts';

/** Turns that come at once, written among the calls of the toy as `turn toy:StopBox (halt)`. */
function turnsOf(toy: Toy, make: (call: string) => Partial<Turn> = () => ({})): Turns {
  return {
    next: async (call, urgency) => {
      toy.calls.push(`turn ${call} (${urgency})`);
      return { holds: () => true, use: (send) => send(), giveBack: () => {}, ...make(call) };
    },
  };
}

/** What stands right before the first of these calls. */
const before = (toy: Toy, call: string, many = 3) => {
  const at = toy.calls.indexOf(call);
  return toy.calls.slice(at - many, at);
};

test('a call has its turn first, then the target is looked at, and then it is sent', async () => {
  const toy = new Toy();
  const { result } = await live(toy, [], { turns: turnsOf(toy) });
  expect(result).toMatchObject({ status: 'done' });
  expect(before(toy, 'stop')).toEqual(['turn toy:StopBox (halt)', 'look-stop', 'observe']);
  expect(before(toy, 'start')).toEqual(['turn toy:StartBox (back)', 'look-start', 'observe']);
  expect(before(toy, 'detach', 5).filter((call) => !call.includes('detach'))).toEqual([
    ...Array(2).fill('turn toy:DetachDisk (down)'),
    'observe',
  ]);
  expect(toy.calls.filter((call) => call.startsWith('turn toy:CreateSnapshot'))).toEqual([
    ...Array(2).fill('turn toy:CreateSnapshot (aside)'),
    ...Array(2).fill('turn toy:CreateSnapshot (down)'),
  ]);
});

test('who has lost his turn over his questions asks them again in the next one, and goes in the third in any case', async () => {
  const toy = new Toy();
  let lost = 0;
  let back = 0;
  const turns = turnsOf(toy, (call) =>
    call === 'toy:StopBox' ? { holds: () => !(lost++ >= 0), giveBack: () => back++ } : {},
  );
  const { result } = await live(toy, [], { turns });
  expect(result).toMatchObject({ status: 'done' });
  expect(toy.calls.filter((call) => call.startsWith('turn toy:StopBox'))).toHaveLength(3);
  expect(toy.calls.filter((call) => call === 'stop')).toHaveLength(1);
  expect(back).toBe(2);
});

test('a turn is given back where the call must not go out', async () => {
  const toy = new Toy();
  const held = new Set<Turn>();
  const inner = turnsOf(toy);
  const turns: Turns = {
    next: async (...asked) => {
      const turn: Turn = {
        ...(await inner.next(...asked)),
        use: (send) => send().finally(() => held.delete(turn)),
        giveBack: () => void held.delete(turn),
      };
      held.add(turn);
      if (asked[0] === 'toy:StopBox') toy.claims.add('another-run');
      return turn;
    },
  };
  const { result } = await live(toy, [], { turns });
  expect(result).toMatchObject({ status: 'failed' });
  expect(toy.calls).not.toContain('stop');
  expect(held.size).toBe(0);
});

test('a call that was held up and not sent is sent after one more look, and leaves nothing in doubt', async () => {
  const toy = new Toy();
  const within: number[] = [];
  const turns = turnsOf(toy, (call) =>
    call === 'toy:StopBox'
      ? {
          use: async (send, withinMs) => {
            within.push(withinMs);
            if (withinMs === Number.POSITIVE_INFINITY) return send();
            throw new TurnOver('held up');
          },
        }
      : {},
  );
  const { result } = await live(toy, [], { turns });
  expect(result).toMatchObject({ status: 'done' });
  expect(within).toEqual([5_000, 5_000, 5_000, Number.POSITIVE_INFINITY]);
  expect(toy.calls.filter((call) => call === 'stop')).toHaveLength(1);
});

test('what was seen of the target counts for two seconds: after a longer wait it is looked at again', async () => {
  const toy = new Toy();
  toy.fate = (name) => {
    // The answer is there, and its reader gets it ten seconds later.
    if (name === 'observe' && toy.calls.at(-2) === 'look-stop')
      queueMicrotask(() => {
        toy.now += 10_000;
        toy.claims.add('another-run');
      });
    return 'ok';
  };
  const { result } = await live(toy, [], { turns: turnsOf(toy) });
  expect(result).toMatchObject({ status: 'failed' });
  expect(toy.calls).not.toContain('stop');
});
