/** The name of what each call throws; "none" where it throws nothing. */
export function errorNames(calls: readonly (() => unknown)[]): string[] {
  return calls.map((call) => {
    try {
      call();
      return "none";
    } catch (error) {
      return (error as Error).name;
    }
  });
}
