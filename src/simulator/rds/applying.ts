import type { World } from '../world.ts';
import { tell } from './events.ts';
import { bringUp, carryOut, optimise, type Stage, syncParameters, takeDown } from './lifecycle.ts';
import type { Changes, Database, Settings } from './model.ts';
import { renaming } from './rename.ts';

// Those that restart the engine.
const disruptive: readonly (keyof Settings)[] = [
  'CACertificateIdentifier',
  'DBInstanceClass',
  'EngineVersion',
  'Port',
  'ProcessorFeatures',
  'SubnetGroup',
];

/** Applies changes as RDS does: for a while nothing shows, then the status moves, then all is as it should be. */
export function apply(world: World, database: Database, changes: Changes): void {
  const { identifier, masterPassword, ...settings } = changes;
  if (identifier !== undefined) database.renamingTo = identifier;
  const quick = ['SecurityGroupIds', 'ParameterGroup'] as const;
  // These show in Describe at once, whatever they take to be in force.
  database.settings = {
    ...database.settings,
    ...Object.fromEntries(Object.entries(settings).filter(([name]) => quick.some((one) => one === name))),
  };
  if (settings.ParameterGroup !== undefined) database.parameterStatus = 'applying';
  if (settings.OptionGroup !== undefined) database.optionStatus = 'pending-apply';
  const restarts = disruptive.some((name) => settings[name] !== undefined);
  const stages: Stage[] = [
    [
      world.seconds(3, 20),
      () => {
        database.status = settings.EngineVersion === undefined ? 'modifying' : 'upgrading';
        if (masterPassword) database.status = 'resetting-master-credentials';
        if (restarts) takeDown(world, database);
      },
    ],
    [
      world.seconds(5, 40) + (restarts ? world.seconds(60, 240) : 0),
      () => applied(world, database, settings, restarts),
    ],
  ];
  if (identifier !== undefined) stages.push(...renaming(world, database, identifier));
  carryOut(world, database, stages);
}

function applied(world: World, database: Database, settings: Partial<Settings>, restarts: boolean): void {
  const grown = settings.AllocatedStorage !== undefined;
  database.settings = { ...database.settings, ...settings };
  database.groupsInForce = database.settings.SecurityGroupIds;
  database.pending = Object.fromEntries(
    Object.entries(database.pending).filter(([name]) => !(name in settings) && name !== 'masterPassword'),
  );
  if (settings.ParameterGroup !== undefined) database.parameterStatus = 'pending-reboot';
  if (settings.OptionGroup !== undefined) database.optionStatus = 'in-sync';
  for (const name of Object.keys(settings))
    tell(world, database, `Finished applying modification to ${name}`, 'configuration change');
  if (restarts) {
    syncParameters(database);
    bringUp(world, database);
  } else {
    database.status = 'available';
  }
  if (grown && database.status === 'available') optimise(world, database);
}
