// What a task throws arrives as itself: class, message, own properties, cause, and a stack that shows
// the worker's frames and then the caller's.
import { Pool, registerClass, task } from "@pool/core";

export class InsufficientFunds extends Error {
  override readonly name = "InsufficientFunds";
  readonly missing: number;

  constructor(missing: number) {
    super(`${missing} are missing`);
    this.missing = missing;
  }
}
// Both sides run this line, as both import this module. Built-in classes need no registration.
registerClass(InsufficientFunds);

export const pay = task(import.meta, function pay(price: number, balance: number): number {
  if (price > balance) throw new InsufficientFunds(price - balance);
  return balance - price;
});

export const order = task(import.meta, function order(price: number, balance: number) {
  try {
    return pay(price, balance);
  } catch (cause) {
    throw new Error("the order was not placed", { cause });
  }
});

if (import.meta.main) {
  await using pool = new Pool(2);

  try {
    await pool.apply(pay, [30, 20]);
  } catch (error) {
    if (!(error instanceof InsufficientFunds)) throw error;
    console.log(`${error.name}: ${error.message} (${error.missing})`);
    // InsufficientFunds: 10 are missing (10)
  }

  const failure = await pool.apply(order, [30, 20]).catch((error) => error);
  console.log(failure.message, "-", failure.cause instanceof InsufficientFunds);
  // the order was not placed - true

  // One that fails costs only itself: every other item of a map runs, too.
  const results = await Promise.allSettled(
    [10, 20, 30].map((price) => pool.apply(pay, [price, 20])),
  );
  console.log(results.map(({ status }) => status).join(", ")); // fulfilled, fulfilled, rejected
}
