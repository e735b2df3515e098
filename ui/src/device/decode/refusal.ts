/** Why a file cannot become a radiograph; codes and facts are those of `raiox.intake.errors`. */
export class RefusedError extends Error {
  constructor(
    readonly code: string,
    readonly facts: Readonly<Record<string, string | number>> = {},
  ) {
    super(code);
  }
}
