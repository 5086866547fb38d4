import type { Need } from '../../contract/step.ts';
import type { Kind } from './kinds/kind.ts';

/** What a plan for an instance or a cluster can't be without; what a type of a verdict or a proof says already is left out. */
export const needsOf = ({ steps, idField }: Kind): readonly Need[] => [
  {
    of: steps.read,
    when: { given: 'writers', as: 'hook' },
    needs: 'control.exec',
    before: steps.verifyFence,
    why: 'what writes inside the database would look like somebody who writes behind the fence, and each cut-over would be undone',
  },
  {
    of: steps.restore,
    needs: steps.createSnapshot,
    given: 'after',
    before: steps.restore,
    through: 'snapshot',
    why: 'only a snapshot that was taken behind the fence holds all that was written',
  },
  {
    of: steps.admit,
    needs: steps.verify,
    before: steps.admit,
    through: idField,
    why: 'once clients are let in, rekey does not go back by itself',
  },
  {
    of: steps.delete,
    needs: 'gate: hold',
    after: steps.verifyServing,
    before: steps.delete,
    why: 'nobody would have the time to see that something is wrong',
  },
];
