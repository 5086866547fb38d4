import { describe, expect, it } from 'vitest';
import { setPassword } from '../../src/simulator/secretsmanager/passwords.ts';
import { rotate } from '../../src/simulator/secretsmanager/secrets.ts';
import { exitOf, told } from '../support/promises.ts';
import { databasePlan, expectDatabaseMoved, expectOriginalDatabaseServing, oneDatabase } from '../support/rds.ts';
import { passwordsIn, withLogins } from '../support/secrets.ts';
import { inWorld, type Life, type World } from '../support/world.ts';

const scenario = `${oneDatabase}
secrets: [{ name: shop/checker, database: orders, user: checker }]
`;
const plans = [databasePlan('steps.read.with.credentials.secret=shop/checker')];

/** Has `deed` done right before the run sends this call for the first time. */
function upon(operation: string, deed: () => void) {
  let struck = 0;
  return {
    beforeCall: (name: string) => {
      if (name === operation && struck++ === 0) deed();
    },
    struck: () => struck,
  };
}

function expectNoPasswordKept(world: World, life: Life): void {
  const kept = JSON.stringify([life.disk, life.events, told(life)]);
  const passwords = passwordsIn(world);
  expect(passwords.length).toBeGreaterThan(0);
  for (const password of passwords) expect(kept).not.toContain(password);
}

describe('a database whose login is in Secrets Manager', () => {
  it('moves with it, and no journal, event or word has the password', async () => {
    await inWorld(scenario, async (world) => {
      const life = await world.process([], { plans, databases: withLogins(world) });
      expect(exitOf(life), told(life)).toBe(0);
      expect(life.calls.get('secretsmanager:GetSecretValue')).toBeGreaterThan(3);
      expectNoPasswordKept(world, life);
      world.pass(3_600_000);
      expectDatabaseMoved(world);
    });
  });

  it('moves when the secret is rotated in mid-run: old and new are asked with the version that each has', async () => {
    // Before the fence, so that the function which sets the password gets in; after the warm-up, so that its copy has the old one.
    for (const call of ['rds:CreateDBSnapshot', 'rds:ModifyDBInstance']) {
      await inWorld(scenario, async (world) => {
        const deed = upon(call, () => world.account.act({ do: 'rotate-secret', secret: 'shop/checker' }));
        const life = await world.process([], { plans, databases: withLogins(world), ...deed });
        expect(deed.struck()).toBeGreaterThan(0);
        expect(exitOf(life), told(life)).toBe(0);
        expectNoPasswordKept(world, life);
        world.pass(3_600_000);
        expectDatabaseMoved(world);
      });
    }
  });

  it('moves when RDS rotates the managed password behind the fence, after the final snapshot: the replacement has the previous one', async () => {
    await inWorld(scenario, async (world) => {
      // As RDS does: from within, whatever the fence.
      const deed = upon('rds:RestoreDBInstanceFromDBSnapshot', () => {
        const { world: account } = world.account;
        const [secret] = account.secrets.values();
        const [database] = account.rds.databases.values();
        if (!secret || !database) throw new Error('nothing to rotate');
        const set = (password: string) => {
          setPassword(account, database.storage, secret.user, password);
          return true;
        };
        rotate(account, secret, set, () => {});
      });
      const life = await world.process([], { plans, databases: withLogins(world), ...deed });
      expect(deed.struck()).toBe(1);
      expect(exitOf(life), told(life)).toBe(0);
      expectNoPasswordKept(world, life);
      world.pass(3_600_000);
      expectDatabaseMoved(world);
    });
  });

  it('is refused before anything is touched when the secret is not there, or not under a usable key', async () => {
    const wrong = scenario
      .replace('secrets: [{', 'secrets: [{ key: alias/off,')
      .replace('keys: [', 'keys: [{ alias: alias/off, state: Disabled }, ');
    for (const [account, secret, words] of [
      [scenario, 'shop/other', "the secret shop/other can't be read"],
      [wrong, 'shop/checker', 'DecryptionFailure'],
    ] as const) {
      await inWorld(account, async (world) => {
        const other = [databasePlan(`steps.read.with.credentials.secret=${secret}`)];
        const life = await world.process([], { plans: other, databases: withLogins(world) });
        expect(exitOf(life)).toBe(2);
        expect(told(life)).toContain(words);
        expect(life.sent.some((call) => /Create|Modify|Copy|Restore/.test(call))).toBe(false);
      });
    }
  });

  it('serves again at once when the secret is taken away in mid-run', async () => {
    await inWorld(scenario, async (world) => {
      const deed = upon('rds:RebootDBInstance', () => world.account.world.secrets.clear());
      const life = await world.process([], { plans, databases: withLogins(world), ...deed });
      expect(deed.struck()).toBeGreaterThan(0);
      expect(exitOf(life)).not.toBe(0);
      expect(told(life)).toContain("the secret shop/checker can't be read");
      world.pass(3_600_000);
      expectOriginalDatabaseServing(world);
    });
  });
});
