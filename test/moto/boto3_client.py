"""What boto3 sees of the simulated account, as one JSON object on stdout. simulated.test.ts says what it must be."""

import json
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError

INSTANCE = "i-0123456789abcdef0"
OTHER = "i-0fedcba9876543210"
OLD_KEY = "alias/application-20180606"
NEW_KEY = "alias/application-current"
ZONE = "eu-west-1a"

# A call is sent once, so that what is counted and refused is what was asked.
once = Config(retries={"total_max_attempts": 1})
# Endpoint, region and credentials come from the environment, as they do for any user of boto3.
ec2 = boto3.client("ec2", config=once)
kms = boto3.client("kms", config=once)
sts = boto3.client("sts", config=once)


def wait(name, **what):
    """boto3's own waiter; only its pauses are shortened, because the account's time is faster."""
    ec2.get_waiter(name).wait(WaiterConfig={"Delay": 1, "MaxAttempts": 90}, **what)


def refusal(call, **what):
    """The code and HTTP status with which a call is refused."""
    try:
        call(**what)
    except ClientError as error:
        response = error.response
        return [response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]]
    return "not refused"


def items(client, operation, key, name, size, **what):
    """What a paginator finds in pages of `size`, and how many pages that took."""
    found = [page[key] for page in client.get_paginator(operation).paginate(PaginationConfig={"PageSize": size}, **what)]
    return [len(found), sorted(item[name] for page in found for item in page)]


def pages():
    """Every paginator that boto3 has for what is modelled: the same as the call itself gives, unpaged."""
    lists = {
        "describe_volumes": ("Volumes", "VolumeId"),
        "describe_volume_status": ("VolumeStatuses", "VolumeId"),
        "describe_volumes_modifications": ("VolumesModifications", "VolumeId"),
        "describe_snapshots": ("Snapshots", "SnapshotId"),
        "describe_instances": ("Reservations", "ReservationId"),
        "describe_instance_status": ("InstanceStatuses", "InstanceId"),
        "describe_instance_types": ("InstanceTypes", "InstanceType"),
        "describe_network_interfaces": ("NetworkInterfaces", "NetworkInterfaceId"),
        "describe_tags": ("Tags", "Key"),
    }
    result = {}
    for operation, (key, name) in lists.items():
        number, found = items(ec2, operation, key, name, 5)
        whole = sorted(item[name] for item in getattr(ec2, operation)()[key])
        result[operation] = ["all of them" if found == whole else [found, whole], number == max(1, -(-len(whole) // 5))]
    grants = items(kms, "list_grants", "Grants", "KeyId", 1, KeyId=key_arn(OLD_KEY))
    result["kms"] = [
        items(kms, "list_aliases", "Aliases", "AliasName", 1),
        items(kms, "list_keys", "Keys", "KeyId", 2)[0],
        [grants[0], len(grants[1])],
        items(kms, "list_resource_tags", "Tags", "TagKey", 1, KeyId=key_arn(OLD_KEY)),
    ]
    return result


def volume(volume_id):
    return ec2.describe_volumes(VolumeIds=[volume_id])["Volumes"][0]


def shown(volume_id):
    seen = volume(volume_id)
    wanted = ("State", "Size", "VolumeType", "Iops", "Throughput", "Encrypted", "KmsKeyId", "AvailabilityZone", "Tags")
    return {name: seen[name] for name in wanted if name in seen}


def key_arn(name):
    return kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"]


def life_of_a_volume():
    """Made under the old key, snapshotted, made again under the new key, attached, detached, deleted: waiters only."""
    tags = [{"Key": "Name", "Value": "made by boto3 <&> ü"}]
    specification = [{"ResourceType": "volume", "Tags": tags}]
    made = ec2.create_volume(
        AvailabilityZone=ZONE,
        Size=8,
        VolumeType="gp3",
        Iops=3500,
        Throughput=150,
        Encrypted=True,
        KmsKeyId=OLD_KEY,
        TagSpecifications=specification,
    )
    first = made["VolumeId"]
    wait("volume_available", VolumeIds=[first])
    snapshot = ec2.create_snapshot(VolumeId=first)["SnapshotId"]
    wait("snapshot_completed", SnapshotIds=[snapshot])
    again = {"AvailabilityZone": ZONE, "SnapshotId": snapshot, "Encrypted": True, "KmsKeyId": NEW_KEY}
    second = ec2.create_volume(ClientToken="from-boto3", **again)["VolumeId"]
    repeated = ec2.create_volume(ClientToken="from-boto3", **again)["VolumeId"]
    mismatch = refusal(ec2.create_volume, ClientToken="from-boto3", **{**again, "Size": 9})
    wait("volume_available", VolumeIds=[second])
    ec2.attach_volume(VolumeId=second, InstanceId=INSTANCE, Device="/dev/xvdp")
    wait("volume_in_use", VolumeIds=[second])
    in_use = refusal(ec2.delete_volume, VolumeId=second)
    wait_attached(second)
    result = {
        "answered": made["State"],
        "first": shown(first),
        "second": shown(second),
        "same token, same volume": second == repeated,
        "same token, another size": mismatch,
        "delete while in use": in_use,
        "attachments": [[a["InstanceId"], a["Device"], a["DeleteOnTermination"]] for a in volume(second)["Attachments"]],
    }
    ec2.detach_volume(VolumeId=second)
    wait("volume_available", VolumeIds=[second])
    for one in (first, second):
        ec2.delete_volume(VolumeId=one)
    wait("volume_deleted", VolumeIds=[first, second])
    ec2.delete_snapshot(SnapshotId=snapshot)
    result["gone"] = refusal(ec2.describe_volumes, VolumeIds=[first])
    return result


def wait_attached(volume_id):
    """There is no waiter of boto3 for the state of an attachment."""
    for _ in range(90):
        if [a["State"] for a in volume(volume_id)["Attachments"]] == ["attached"]:
            return
        time.sleep(0.5)
    raise TimeoutError(f"{volume_id} is not attached yet")


def life_of_an_instance():
    status = lambda: ec2.describe_instances(InstanceIds=[INSTANCE])["Reservations"][0]["Instances"][0]["State"]["Name"]
    ec2.stop_instances(InstanceIds=[INSTANCE])
    wait("instance_stopped", InstanceIds=[INSTANCE])
    states = [status()]
    ec2.start_instances(InstanceIds=[INSTANCE])
    wait("instance_running", InstanceIds=[INSTANCE])
    states.append(status())
    wait("instance_status_ok", InstanceIds=[INSTANCE])
    wait("system_status_ok", InstanceIds=[INSTANCE])
    return states


def end_of_an_instance():
    """The other one: terminated with its volume, which goes with it."""
    (reservation,) = ec2.describe_instances(InstanceIds=[OTHER])["Reservations"]
    (mapping,) = reservation["Instances"][0]["BlockDeviceMappings"]
    wait("instance_exists", InstanceIds=[OTHER])
    ec2.terminate_instances(InstanceIds=[OTHER])
    wait("instance_terminated", InstanceIds=[OTHER])
    wait("volume_deleted", VolumeIds=[mapping["Ebs"]["VolumeId"]])
    return refusal(ec2.describe_volumes, VolumeIds=[mapping["Ebs"]["VolumeId"]])


def refusals():
    zoned = {"AvailabilityZone": ZONE, "Size": 1}
    elsewhere = "vol-01000000000000005"
    try:
        wait("volume_available", VolumeIds=["vol-0aaaaaaaaaaaaaaaa"])
        waited = "not refused"
    except WaiterError as error:
        waited = error.last_response["Error"]["Code"]
    return {
        "dry run": refusal(ec2.create_volume, DryRun=True, **zoned),
        "unknown volume": refusal(ec2.describe_volumes, VolumeIds=["vol-0aaaaaaaaaaaaaaaa"]),
        "malformed volume": refusal(ec2.describe_volumes, VolumeIds=["vol-nonsense"]),
        "unknown snapshot": refusal(ec2.create_volume, AvailabilityZone=ZONE, SnapshotId="snap-0aaaaaaaaaaaaaaaa"),
        "unknown instance": refusal(ec2.stop_instances, InstanceIds=["i-0aaaaaaaaaaaaaaaa"]),
        "another zone": refusal(ec2.attach_volume, VolumeId=elsewhere, InstanceId=INSTANCE, Device="/dev/xvdq"),
        "nothing to size": refusal(ec2.create_volume, AvailabilityZone=ZONE),
        "unknown key": refusal(kms.describe_key, KeyId="alias/nobody"),
        "what is not modelled": refusal(ec2.describe_vpcs),
        "a waiter on nothing": waited,
    }


def main():
    print(
        json.dumps(
            {
                "account": sts.get_caller_identity()["Account"],
                "keys": {"old": key_arn(OLD_KEY), "new": key_arn(NEW_KEY)},
                "pages": pages(),
                "volume": life_of_a_volume(),
                "instance": life_of_an_instance(),
                "terminated": end_of_an_instance(),
                "refusals": refusals(),
            }
        )
    )


main()
