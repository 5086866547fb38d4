import { expect, test } from 'vitest';
import { shipped } from '../sweep/shipped.ts';
import { type SceneName, shownIn } from './scenes.ts';

const everywhere: readonly SceneName[] = [
  'credentials that end at the stop',
  'a typed rollback that is killed when it has stopped the target',
  'a process that dies when its target serves again, before that is on record',
];
const lived: Readonly<Record<string, readonly SceneName[]>> = {
  'ec2-instance': [
    ...everywhere,
    'an original comes off again after it was put back',
    'an original comes off again, and the process dies',
    'a rollback of a run of which one plan is done',
    'an instance is terminated in the hold',
  ],
  'rds-instance': [...everywhere, 'a database is open to clients from birth'],
  'rds-cluster': [
    ...everywhere,
    'a process that dies between a member and its cluster',
    'the original is given its name again in the hold',
    'a process that dies when it has restored a cluster',
  ],
};

const cases = shipped.flatMap((one) => (lived[one.name] ?? []).map((scene) => ({ one, name: one.name, scene })));

test.each(cases)('$scene, with the plan of $name: no promise breaks, and all that is said is so', async ({
  one,
  scene,
}) => {
  expect((await shownIn(scene, one)).expected).toEqual([]);
});
