import { isConflict } from './editor/draft.ts';

/** Reads anew what a query holds; throws when that fails. */
export async function readAnew<T>(
  refetch: (options: { throwOnError: true }) => Promise<{ data: T | undefined }>,
): Promise<T> {
  const { data } = await refetch({ throwOnError: true });
  return data as T;
}

/** Does something to what the person saw. When somebody else changed it meanwhile, it is read anew before that is said. */
export async function rereadOnConflict(work: () => Promise<unknown>, read: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isConflict(error)) await read();
    throw error;
  }
}
