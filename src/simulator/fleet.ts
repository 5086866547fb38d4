import type { ScenarioInput } from './scenario.ts';

/** Many servers alike, under one old key, for those who test or measure at size. */
export function fleetScenario(options: {
  instances: number;
  volumesEach: number;
  sizeGiB?: number;
  /** Writes of each instance; none when not given. */
  everySeconds?: number;
  from?: string;
  to?: string;
}): ScenarioInput {
  const { instances, volumesEach, sizeGiB = 8, everySeconds, from = 'alias/old', to = 'alias/new' } = options;
  const id = (prefix: string, ...parts: readonly number[]) =>
    `${prefix}-${parts
      .map((part) => part.toString(16).padStart(8, '0'))
      .join('')
      .padStart(17, '0')
      .slice(-17)}`;
  const device = (index: number) => (index === 0 ? '/dev/xvda' : `/dev/sd${String.fromCharCode(101 + index)}`);
  return {
    keys: [{ alias: from }, { alias: to }],
    // Every volume is there twice for a while.
    limits: { storageGiBPerType: Math.max(51_200, 4 * instances * volumesEach * sizeGiB) },
    instances: Array.from({ length: instances }, (_, i) => ({
      id: id('i', i + 1),
      name: `server-${i + 1}`,
      ...(everySeconds === undefined ? {} : { workload: { everySeconds } }),
      volumes: Array.from({ length: volumesEach }, (_, j) => ({
        id: id('vol', i + 1, j + 1),
        device: device(j),
        size: sizeGiB,
        key: from,
      })),
    })),
  };
}
