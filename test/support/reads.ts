/** Whether a call (`DescribeVolumes`, `ec2:DescribeVolumes`) only looks. Of the calls that use a key rekey sends only dry runs. */
export function isRead(operation: string): boolean {
  return /^(?:[a-z0-9]+:)?(?:Describe|Get|List|Lookup|GenerateDataKeyWithoutPlaintext)/.test(operation);
}
