import type { Tag } from '@aws-sdk/client-rds';
import { tagValue } from '../../aws/tags.ts';

/**
 * Has Application Auto Scaling made it? It makes readers of a cluster and takes away only those that it has made
 * (Aurora User Guide, "Amazon Aurora Auto Scaling with Aurora Replicas"); that this tag tells which is [U].
 */
export const isScaled = (tags: readonly Tag[] | undefined) =>
  tagValue(tags, 'application-autoscaling:resourceId') !== undefined;
