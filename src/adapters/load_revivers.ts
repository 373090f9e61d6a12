/**
 * Loads the classes of shared things into a worker. Here and not where they are needed: in a program's bundle a
 * module that is imported in this way, and all that it imports, is wrapped in a function, which costs a kilobyte.
 */
export async function loadRevivers(): Promise<void> {
  const { installRevivers } = await import("../multiprocessing/revivers.ts");
  installRevivers();
}
