import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'vitest';
import type { PlanSource } from '../../src/contract/plan.ts';
import type { Command } from '../../src/engine/execute.ts';
import type { FaultRule } from '../../src/simulator/faults.ts';
import {
  expectInstanceMoved,
  expectNothingLost,
  expectOriginalServing,
  expectVolumeMoved,
  keyOf,
} from '../support/promises.ts';
import { databaseSets, expectDatabaseMoved, expectOriginalDatabaseServing, oneDatabase } from '../support/rds.ts';
import { clusterSets, expectClusterMoved, expectOriginalClusterServing, oneCluster } from '../support/rds-cluster.ts';
import { planOf, source, twoVolumes, type World } from '../support/world.ts';
import type { Grammar } from './grammar.ts';
import { instanceGrammar, volumeGrammar } from './grammars/ec2.ts';
import { clusterGrammar } from './grammars/rds-cluster.ts';
import { databaseGrammar } from './grammars/rds-instance.ts';

/** A way through a plan that performs effects. */
export interface Way {
  readonly name: string;
  readonly fault?: FaultRule;
  /** A second process, after the first has come to its end. */
  readonly after?: Command;
}

/** How a kind of target is put on stage: an account, and what has to have become of it. One for each target type that a shipped plan has. */
interface Stage {
  readonly scenario: string;
  readonly target: string;
  /** What is given to the plan besides its target. */
  readonly sets: readonly string[];
  /** With which the ways perform all that is only now and then to be done. */
  readonly seed?: number;
  /** The end of every way through: moved, serving, carried over, nothing left. */
  expectMoved(world: World): void;
  /** The original serves in its original state, with nothing lost. */
  expectOriginal(world: World): void;
  /** The operation that opens the write point: refused, it leaves the original in service. */
  readonly writePoint?: string;
  /** Calls between which the target is down, for those sweeps that dwell there; the whole run, if there is no cut-over. */
  readonly cutOver?: { readonly from: string; readonly to: string };
  /** Second crashes in a resume: at every point of it, or so many pairs as a seed chooses. */
  readonly pairsOfCrashes: 'all' | number;
  /** Of a plan with so many calls that a full sweep lives no more than so many points of each kind; REKEY_SWEEP=whole lives all. */
  readonly inFull?: number;
  /** Besides the way to its end. Between them they perform every effect and every undo that there is. */
  readonly ways: readonly Way[];
  /** Effects that no plan names but that the ways perform. */
  readonly undoCalls: readonly string[];
  /** What random histories of it are made of; a shipped plan without one fails a test. */
  readonly grammar?: Grammar;
}

const keys = ['keys.from=alias/old', 'keys.to=alias/new', 'steps.soak.with.for=1h'];
const denied = { times: 1, kind: 'error', code: 'UnauthorizedOperation', status: 403 } as const;
const loose = 'vol-00000000000000003';

const stages: Readonly<Record<string, Stage>> = {
  'ec2-instance': {
    scenario: twoVolumes,
    target: 'i-0123456789abcdef0',
    sets: keys,
    expectMoved: expectInstanceMoved,
    expectOriginal: expectOriginalServing,
    writePoint: 'StartInstances',
    cutOver: { from: 'ec2:StopInstances', to: 'ec2:StartInstances' },
    pairsOfCrashes: 80,
    ways: [
      { name: 'its unwinding', fault: { operation: 'StartInstances', ...denied } },
      {
        name: 'its rollback past the write point, by the typed word',
        after: { command: 'rollback', discardWrites: true },
      },
    ],
    undoCalls: ['ebs.discard-volume', 'ec2.claim', 'ec2.release-claim'],
    grammar: instanceGrammar,
  },
  'ebs-volume': {
    scenario: twoVolumes,
    target: loose,
    sets: keys,
    expectMoved: expectVolumeMoved,
    expectOriginal: expectVolumeAsItWas,
    pairsOfCrashes: 'all',
    ways: [
      {
        name: 'its rollback before there is a replacement',
        fault: { operation: 'CreateVolume', ...denied },
        after: { command: 'rollback', discardWrites: false },
      },
      {
        name: 'its rollback when the replacement could have been used, by the typed word',
        after: { command: 'rollback', discardWrites: true },
      },
    ],
    undoCalls: ['ebs.discard-volume', 'ec2.claim', 'ec2.release-claim'],
    grammar: volumeGrammar,
  },
  'rds-instance': {
    scenario: oneDatabase,
    // Parameters of its group wait for a restart after the restore.
    seed: 2,
    target: 'orders',
    sets: [...keys, ...databaseSets],
    expectMoved: expectDatabaseMoved,
    expectOriginal: expectOriginalDatabaseServing,
    cutOver: { from: 'rds:ModifyDBInstance', to: 'rds:DeleteDBInstance' },
    pairsOfCrashes: 80,
    ways: [
      { name: 'its unwinding', fault: { operation: 'AddRoleToDBInstance', ...denied } },
      {
        name: 'its rollback past the write point, by the typed word',
        after: { command: 'rollback', discardWrites: true },
      },
    ],
    undoCalls: ['rds.discard-instance', 'rds.fence-replacement', 'rds.claim', 'rds.release-claim'],
    grammar: databaseGrammar,
  },
  'rds-cluster': {
    scenario: oneCluster,
    // Parameters of a member's group wait for a restart after it was made.
    seed: 1,
    target: 'shop',
    sets: [...keys, ...clusterSets],
    expectMoved: expectClusterMoved,
    expectOriginal: expectOriginalClusterServing,
    cutOver: { from: 'rds:ModifyDBCluster', to: 'rds:DeleteDBInstance' },
    pairsOfCrashes: 10,
    inFull: 15,
    ways: [
      { name: 'its unwinding', fault: { operation: 'CreateDBClusterEndpoint', ...denied } },
      {
        name: 'its rollback past the write point, by the typed word',
        after: { command: 'rollback', discardWrites: true },
      },
    ],
    undoCalls: [
      'rds.discard-member',
      'rds.discard-cluster',
      'rds.fence-cluster-replacement',
      'rds.start-cluster',
      'rds.claim-cluster',
      'rds.release-cluster-claim',
    ],
    grammar: clusterGrammar,
  },
};

/** A shipped plan on its stage. */
export interface Shipped extends Stage {
  /** Of its file, without the ending. */
  readonly name: string;
  readonly plan: PlanSource;
  /** The type of its target. */
  readonly type: string;
}

/** The folder of the plans, from the sources as from what was compiled of them. */
const folder = (function find(from: string): string {
  const plans = resolve(from, 'plans/ec2-instance.yaml');
  return readdirSync(from).includes('package.json') ? dirname(plans) : find(dirname(from));
})(import.meta.dirname);

const typeOf = (file: string) =>
  /^target: \{ type: ([a-z0-9-]+)/m.exec(readFileSync(join(folder, file), 'utf8'))?.[1] ?? '';
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));

/** Shipped plans of a target type that nothing here puts on stage: the sweeps would pass them by. */
export const unstaged = files.filter((file) => stages[typeOf(file)] === undefined);

/** Every plan in plans/, on its stage. What ships later is here as soon as its file is. */
export const shipped: readonly Shipped[] = files.flatMap((file) => {
  const type = typeOf(file);
  const stage = stages[type];
  if (!stage) return [];
  const plan = source(`plans/${file}`, [`target.id=${stage.target}`, ...stage.sets]);
  return [{ ...stage, name: file.replace('.yaml', ''), plan, type }];
});

/** The steps of a shipped plan, by what they use. */
export function usesOf({ plan }: Shipped): string[] {
  return planOf(plan).steps.flatMap((step) => (step.kind === 'use' ? [step.uses] : []));
}

/** The unattached volume is there, as it was: readable, under its old key, and in nobody's hands. */
function expectVolumeAsItWas(world: World): void {
  const state = world.state();
  const original = state.volumes.find((volume) => volume.id === loose);
  expect(original).toMatchObject({ state: 'available', size: 20, type: 'gp2', readable: true, attachments: [] });
  expect(original?.key).toBe(keyOf(state, 'alias/old'));
  expectNothingLost(world);
}
