import type { Instance } from '@aws-sdk/client-ec2';
import { printable } from '../../aws/printable.ts';
import type { Accepted } from '../domain.ts';
import type { Refusals } from '../refusals.ts';

/** Somebody's program that takes an instance that stops for one that has failed. */
interface Owner {
  readonly name: string;
  /** By which of its tags an instance of it is known; the value names which one it is. */
  readonly tags: readonly string[];
  /** Only with this value. */
  readonly value?: string;
  /** What it does with an instance that stops. */
  readonly does: string;
  readonly wayOut: string;
  /** The name by which a plan accepts it; without one nothing that a person could do beforehand makes it safe. */
  readonly accept?: Accepted;
}

const replaceIt = 'let it make a new instance under the new key in place of this one';

/**
 * Who may own an instance, by the tags that the owner puts on it. Each is described where the owner describes itself:
 * Auto Scaling, EC2 Fleet, Spot Fleet: EC2 User Guide, "Tag your Amazon EC2 resources" (system tags). Karpenter:
 * karpenter.sh, Concepts, NodeClasses, `spec.tags`; the last one is of releases before 0.33. EKS: AWS managed policy
 * AWSServiceRoleForAmazonEKSNodegroup. ECS: Developer Guide, "Cluster auto scaling" (`AmazonECSManaged`). Elastic Beanstalk:
 * Developer Guide, "Tagging resources in your environments". EMR: Management Guide, "Tag clusters" (system tags). Batch: AWS
 * managed policy BatchServiceRolePolicy. ParallelCluster and PCS: their user guides, "Tags" and "Connecting to login nodes".
 */
const owners: readonly Owner[] = [
  {
    name: 'the Auto Scaling group',
    tags: ['aws:autoscaling:groupName'],
    does: 'replaces a stopped member',
    wayOut: 'put it in Standby or detach it from the group',
    accept: 'auto-scaling',
  },
  {
    name: 'the Karpenter node pool',
    tags: ['karpenter.sh/nodepool', 'karpenter.sh/nodeclaim', 'karpenter.sh/provisioner-name'],
    does: 'terminates a node that stops',
    wayOut: replaceIt,
    accept: 'karpenter',
  },
  {
    name: 'the EKS node group',
    tags: ['eks:nodegroup-name'],
    does: 'replaces a node that stops',
    wayOut: replaceIt,
    accept: 'eks-node-group',
  },
  {
    name: 'the EC2 Fleet',
    tags: ['aws:ec2:fleet-id'],
    does: 'may start another instance for one that stops, or terminate it',
    wayOut: 'delete the fleet and keep its instances, or let it make a new one under the new key',
    accept: 'ec2-fleet',
  },
  {
    name: 'the Spot Fleet request',
    tags: ['aws:ec2spot:fleet-request-id'],
    does: 'may start another instance for one that stops, or terminate it',
    wayOut: 'cancel the request and keep its instances, or let it make a new one under the new key',
    accept: 'spot-fleet',
  },
  {
    name: 'an ECS capacity provider',
    tags: ['AmazonECSManaged'],
    does: 'replaces a container instance that stops',
    wayOut: 'drain it and take it out of the capacity provider, or let it make a new one under the new key',
    accept: 'ecs-capacity-provider',
  },
  {
    name: 'the Elastic Beanstalk environment',
    tags: ['elasticbeanstalk:environment-name', 'elasticbeanstalk:environment-id'],
    does: 'replaces an instance that stops',
    wayOut: replaceIt,
    accept: 'elastic-beanstalk',
  },
  {
    name: 'the EMR cluster',
    tags: ['aws:elasticmapreduce:job-flow-id'],
    does: 'takes a node that stops for a failed one',
    wayOut: 'start a new cluster with a security configuration that names the new key',
  },
  {
    name: 'an AWS Batch compute environment',
    tags: ['AWSBatchServiceTag'],
    does: 'terminates what it does not need and replaces what stops',
    wayOut: replaceIt,
  },
  {
    name: 'the PCS compute node group',
    tags: ['aws:pcs:compute-node-group-id'],
    does: 'replaces a node that stops',
    wayOut: replaceIt,
  },
  {
    name: 'the compute nodes of a ParallelCluster',
    tags: ['parallelcluster:node-type'],
    value: 'Compute',
    does: 'terminates a node that stops',
    wayOut: replaceIt,
  },
];

/** Who owns it, each with the tag that says so. */
function ownersOf(instance: Instance): { readonly owner: Owner; readonly who: string }[] {
  return owners.flatMap((owner) => {
    const tag = owner.tags.flatMap((key) => instance.Tags?.find((one) => one.Key === key) ?? [])[0];
    if (!tag || (owner.value !== undefined && tag.Value !== owner.value)) return [];
    const which = tag.Value ? ` ${JSON.stringify(printable(tag.Value, 255))}` : '';
    return [{ owner, who: `${owner.name}${which} (tag ${tag.Key})` }];
  });
}

/** Who owns it, in words. */
export function ownersInWords(instance: Instance): string {
  return (
    ownersOf(instance)
      .map(({ who }) => who)
      .join(', ') || 'nobody'
  );
}

/** Collects whose program would replace or terminate an instance that stops. */
export function refuseOwners(instance: Instance, refusals: Refusals): void {
  for (const { owner, who } of ownersOf(instance)) {
    const why = `${instance.InstanceId} is a member of ${who}, which ${owner.does}`;
    if (owner.accept === undefined) refusals.refuse(why, owner.wayOut);
    else refusals.unless(owner.accept, why, owner.wayOut);
  }
}

/**
 * Who describes the instance without doing anything to one that stops: told, so that its description is changed, too.
 * `aws:cloudformation:stack-name`: CloudFormation User Guide, "Resource tag". `kubernetes.io/cluster/…`: EKS User Guide, of self-managed nodes.
 */
export function describersOf(instance: Instance): string[] {
  return (instance.Tags ?? []).flatMap(({ Key = '', Value = '' }) => {
    if (Key === 'aws:cloudformation:stack-name') {
      const stack = JSON.stringify(printable(Value, 255));
      return `${instance.InstanceId} belongs to the CloudFormation stack ${stack}: an update of the stack that replaces it starts from the template, not from what is attached now`;
    }
    if (!Key.startsWith('kubernetes.io/cluster/')) return [];
    const cluster = JSON.stringify(printable(Key.slice('kubernetes.io/cluster/'.length), 255));
    return `${instance.InstanceId} belongs to the Kubernetes cluster ${cluster}: drain the node before it stops, and uncordon it afterwards`;
  });
}
