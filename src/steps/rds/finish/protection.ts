import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { nameOf } from '../found.ts';
import { byId, idOf, type Kind, theId } from '../kinds/kind.ts';
import { isGoing } from '../status.ts';
import { faultsOfProof, permissionsOfProof } from './proof.ts';

/** Protects an original, or what takes its place, against deletion again. */
export const setProtection = (kind: Kind) =>
  defineEffect({
    type: kind.steps.setProtection,
    hazard: 'additive',
    call: `rds:Modify${kind.resource}`,
    creates: 'nothing',
    repeat: 'convergent',
    settleWithinMs: settleWithinMs.databaseChange,
    permissions: [`rds:Modify${kind.resource}`, `rds:Describe${kind.resource}s`],
    input: byId(kind, {}),
    output: byId(kind, {}),
    title: (input) => `protect ${idOf(kind, input)} against deletion`,
    async look(ctx, input) {
      const id = idOf(kind, input);
      const found = await kind.find(ctx, id);
      if (!found) return { is: 'failed', reason: `${id} is gone` };
      return found.DeletionProtection ? { is: 'done', output: theId(kind, id) } : { is: 'absent' };
    },
    async run(ctx, input) {
      const name = nameOf(ctx, kind, idOf(kind, input));
      await kind.modify(ctx, name, { DeletionProtection: true, ApplyImmediately: true });
      return undefined;
    },
    undo: 'unneeded',
  });

/** Takes the deletion protection off an original, by the verdict about it. */
export const clearProtection = (kind: Kind) =>
  defineEffect({
    type: kind.steps.clearProtection,
    hazard: 'destructive',
    call: `rds:Modify${kind.resource}`,
    repeat: 'convergent',
    settleWithinMs: settleWithinMs.databaseChange,
    permissions: [`rds:Modify${kind.resource}`, ...kind.describesAll, ...permissionsOfProof],
    input: z.strictObject({ verdict: kind.FinalVerdict }),
    output: byId(kind, {}),
    title: (input) => `take deletion protection off original ${input.verdict.original}`,
    async look(ctx, { verdict }) {
      const found = await kind.find(ctx, verdict.original);
      const unprotected = !found || isGoing(found) || found.DeletionProtection !== true;
      return unprotected ? { is: 'done', output: theId(kind, verdict.original) } : { is: 'absent' };
    },
    async run(ctx, { verdict }) {
      const name = nameOf(ctx, kind, verdict.original);
      await kind.modify(ctx, name, { DeletionProtection: false, ApplyImmediately: true });
      return undefined;
    },
    undo: (input) => [{ uses: kind.steps.setProtection, with: theId(kind, input.verdict.original) }],
    verdict: (input) => input.verdict,
    deletes: 'nothing',
    async prove(ctx, { verdict }) {
      const proof = await faultsOfProof(ctx, kind, verdict);
      if (verdict.protected !== false) return proof;
      const why = `somebody has protected original ${verdict.original} against deletion since it was moved: if it may go, take that off`;
      return { ...proof, findings: [...proof.findings, why] };
    },
  });
