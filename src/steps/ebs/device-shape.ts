import type { Json } from '../../contract/json.ts';
import type { Observation } from '../../contract/step.ts';

/** What stands at one device, as an observation of an instance holds it. */
export interface DeviceShape {
  readonly device: string;
  readonly volume: string;
  readonly ebsCardIndex?: number | undefined;
  readonly deleteOnTermination: boolean;
}

/** The key and value of a device in an observation's shape: one member each, so that a difference names the device. */
export function deviceEntry(shape: DeviceShape): readonly [string, Json] {
  return [
    `device ${shape.device}`,
    {
      volume: shape.volume,
      // An instance with one EBS card shows it as 0 or not at all.
      ebsCardIndex: shape.ebsCardIndex ?? 0,
      deleteOnTermination: shape.deleteOnTermination,
    },
  ];
}

/** The observation with something (else) at a device. */
export function withDevice(observation: Observation, shape: DeviceShape): Observation {
  const [key, value] = deviceEntry(shape);
  return { ...observation, shape: { ...observation.shape, [key]: value } };
}

/** The observation with nothing at a device. */
export function withoutDevice(observation: Observation, device: string): Observation {
  const { [`device ${device}`]: _gone, ...shape } = observation.shape;
  return { ...observation, shape };
}

/** The volumes that an observation's shape holds. */
export function volumesIn(observation: Observation): string[] {
  return Object.entries(observation.shape).flatMap(([key, value]) =>
    key.startsWith('device ') && value !== null && typeof value === 'object' && 'volume' in value
      ? [String((value as { volume: Json }).volume)]
      : [],
  );
}
