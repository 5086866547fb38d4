import { defineEffect } from '../../../aws/services.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { nameOf } from '../found.ts';
import { byId, idOf, type Kind, theId } from '../kinds/kind.ts';
import { statusOf } from '../status.ts';

/** Starts an original that somebody has stopped meanwhile. */
export const start = (kind: Kind) =>
  defineEffect({
    type: kind.steps.start,
    hazard: 'disruptive',
    call: `rds:Start${kind.resource}`,
    repeat: 'convergent',
    settleWithinMs: settleWithinMs.databaseChange,
    permissions: [`rds:Start${kind.resource}`, `rds:Describe${kind.resource}s`],
    input: byId(kind, {}),
    output: byId(kind, {}),
    title: (input) => `see that ${idOf(kind, input)} is not stopped`,
    async look(ctx, input) {
      const id = idOf(kind, input);
      const found = await kind.find(ctx, id);
      if (!found) return { is: 'failed', reason: `${id} is gone` };
      const output = theId(kind, id);
      const status = statusOf(found);
      if (status === 'stopped') return { is: 'absent' };
      return ['stopping', 'starting'].includes(status) ? { is: 'pending', output } : { is: 'done', output };
    },
    async run(ctx, input) {
      await kind.start(ctx, nameOf(ctx, kind, idOf(kind, input)));
      return undefined;
    },
    undo: 'unneeded',
    expect: (observation) => observation,
  });
