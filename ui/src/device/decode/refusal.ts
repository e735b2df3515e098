/** Why a file cannot become a radiograph; codes and facts are those of `raiox.intake.errors`. */
export class RefusedError extends Error {
  constructor(
    readonly code: string,
    readonly facts: Readonly<Record<string, string | number>> = {},
  ) {
    super(code);
  }
}

/** A codec did not come: nothing is known of the file. */
export class NotFetchedError extends Error {}

/** A module that is fetched when the first file needs it. Throws: NotFetchedError. */
export async function fetched<T>(module: Promise<T>): Promise<T> {
  try {
    return await module;
  } catch {
    throw new NotFetchedError();
  }
}
