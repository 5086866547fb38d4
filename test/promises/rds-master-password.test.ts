import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PlanSource } from '../../src/contract/plan.ts';
import { letsLogIn } from '../../src/simulator/secretsmanager/passwords.ts';
import { exitOf, told } from '../support/promises.ts';
import { databasePlan, expectDatabaseMoved, expectOriginalDatabaseServing, oneDatabase } from '../support/rds.ts';
import { passwordsIn, withLogins } from '../support/secrets.ts';
import { inWorld, type Life, planOf, type World } from '../support/world.ts';

const managed = oneDatabase.replace(
  '    deletionProtection',
  '    masterUsername: shop\n    masterSecret: alias/old\n    deletionProtection',
);

/** The shipped plan with its step for the master password, and with the hook after it if something is set for that. */
function handingOver(...sets: string[]): PlanSource {
  let text = readFileSync(resolve(import.meta.dirname, '../../plans/rds-instance.yaml'), 'utf8');
  for (const id of ['master-password', 'readers-of-the-password']) {
    const commented = new RegExp(`^ {2}# - id: ${id}\\n(?: {2}# {3}.*\\n)+`, 'm');
    if (id === 'master-password' || sets.some((one) => one.startsWith(`steps.${id}.`)))
      text = text.replace(commented, (step) => step.replaceAll(/^ {2}# /gm, '  '));
  }
  return { ...databasePlan(...sets), text };
}

const secretsOf = (world: World) => [...world.account.world.secrets.keys()];
const held = (world: World) =>
  [...world.account.world.rds.databases.values()].find((one) => one.identifier === 'orders');
const announced = (life: Life) => life.disk.flatMap((record) => (record.t === 'announced' ? [record.text] : []));

describe('a master password that RDS manages', () => {
  it('is refused before anything is touched when the plan does not hand it over, saying how', async () => {
    await inWorld(managed, async (world) => {
      const life = await world.process([], { plans: [databasePlan()] });
      expect(exitOf(life)).toBe(2);
      expect(told(life)).toContain('put a step rds.manage-master-user-password between');
      expect(life.sent.some((call) => /Create|Modify|Copy|Restore/.test(call))).toBe(false);
    });
  });

  it('is refused when the plan hands it over where the checks would still need the old one, or after clients are in', async () => {
    const step = /^ {2}- id: master-password\n(?: {4}.*\n)+/m;
    const plan = handingOver();
    const taken = step.exec(plan.text)?.[0] ?? '';
    const without = plan.text.replace(step, '');
    for (const place of ['  - id: compare\n', '  - { id: soak'] as const) {
      await inWorld(managed, async (world) => {
        const moved = { ...plan, text: without.replace(place, `${taken}${place}`) };
        const life = await world.process([], { plans: [moved] });
        expect(exitOf(life)).toBe(2);
        expect(told(life)).toContain('between the last check and rds.admit-clients');
      });
    }
  });

  it('that RDS does not manage is not handed over: a plan which would is refused', async () => {
    await inWorld(oneDatabase, async (world) => {
      const life = await world.process([], { plans: [handingOver()] });
      expect(exitOf(life)).toBe(2);
      expect(told(life)).toContain('take the step rds.manage-master-user-password out');
    });
  });

  it('is a new one in a new secret before a client is let in, under the new key, and where to find it is told', async () => {
    await inWorld(managed, async (world) => {
      const [old] = secretsOf(world);
      const checked = handingOver(`steps.read.with.credentials.secret=${old}`);
      const life = await world.process([], { plans: [checked], databases: withLogins(world) });
      expect(exitOf(life), told(life)).toBe(0);
      const [made, ...more] = secretsOf(world);
      expect(more).toEqual([]);
      expect(made).not.toBe(old);
      const state = world.state();
      const secret = world.account.world.secrets.get(made ?? '');
      expect(secret?.keyArn).toBe(state.keys.find((key) => key.aliases.includes('alias/new'))?.arn);
      const database = held(world);
      const password = secret?.versions.get('AWSCURRENT')?.password ?? '';
      expect(database && letsLogIn(world.account.world, database.storage, 'shop', password)).toBe(true);
      expect(announced(life).filter((text) => text.includes(`${made}`) && text.includes(`${old}`))).toHaveLength(1);
      for (const one of passwordsIn(world)) expect(JSON.stringify([life.disk, life.events])).not.toContain(one);
      world.pass(3_600_000);
      expectDatabaseMoved(world);
    });
  });

  it('is asked for once, wherever the run dies around the call', async () => {
    const managing = (world: World, tell: () => void) =>
      world.watch(({ input, outcome }) => {
        const { ManageMasterUserPassword: manage } = input as { ManageMasterUserPassword?: boolean };
        if (manage && outcome === 'done') tell();
      });
    const at = await inWorld(managed, async (world) => {
      let [last, found] = [0, 0];
      managing(world, () => {
        found = last;
      });
      const count = (_operation: string, number: number) => {
        last = number;
      };
      await world.process([], { plans: [handingOver()], beforeCall: count });
      return found;
    });
    expect(at).toBeGreaterThan(0);
    for (const when of ['before', 'after', 'answered'] as const) {
      await inWorld(managed, async (world) => {
        let asked = 0;
        managing(world, () => {
          asked++;
        });
        const life = await world.process([], { plans: [handingOver()], crash: { call: { number: at, when } } });
        expect(life.result).toBe('died');
        const resumed = await world.process(life.disk, { plans: [handingOver()] });
        expect(exitOf(resumed), told(resumed)).toBe(0);
        expect(asked, when).toBe(1);
        expect(secretsOf(world)).toHaveLength(1);
        world.pass(3_600_000);
        expectDatabaseMoved(world);
      });
    }
  });

  it('is that of the original again when the cut-over is taken back, and the secret of the replacement goes with it', async () => {
    await inWorld(managed, async (world) => {
      const [old] = secretsOf(world);
      // Of all calls on the way only the admission has it.
      world.account.faults.add({
        operation: 'ModifyDBInstance',
        kind: 'error',
        code: 'InvalidParameterCombination',
        when: 'before',
        times: 1,
        match: { DeletionProtection: true },
      });
      let most = 0;
      const count = () => {
        most = Math.max(most, secretsOf(world).length);
      };
      const life = await world.process([], { plans: [handingOver()], beforeCall: count });
      expect(exitOf(life)).not.toBe(0);
      expect(told(life)).toContain('let clients in');
      expect(most).toBe(2);
      world.pass(3_600_000);
      expect(secretsOf(world)).toEqual([old]);
      expectOriginalDatabaseServing(world);
    });
  });

  it('has a hook beside its step in the shipped plan that is given the new secret, of the right kind', () => {
    const plan = planOf(handingOver('steps.readers-of-the-password.with.argv=["/bin/true"]'));
    expect(plan.steps.map((step) => step.id)).toEqual(
      expect.arrayContaining(['verify', 'master-password', 'readers-of-the-password', 'admit']),
    );
  });
});
