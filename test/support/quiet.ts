/**
 * Waits until nothing is left to do at this moment of virtual time: no promise, no dataloader's batch. A turn of the real event
 * loop settles all promises; as long as one has left an immediate behind, there is another. What waits for the disk is not seen.
 */
export async function quiet(): Promise<void> {
  do await new Promise((resolve) => setImmediate(resolve));
  while (process.getActiveResourcesInfo().includes('Immediate'));
}
