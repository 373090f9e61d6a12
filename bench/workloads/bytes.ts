import { type Context, expect, time, type Turn } from "./workload.ts";

const SIZE = 1 << 20;
const IN_FLIGHT = 4; // two calls a worker: enough to overlap, little enough to stay in memory

/** 1 MiB of bytes, there and back, copied. */
export async function bytes({ open, quick }: Context): Promise<Turn> {
  const subject = await open(2);
  const send = async (buffer: Bytes) => {
    await subject.call("echo", buffer);
    return buffer;
  };
  return await prepare("clone", send, quick);
}

/** 1 MiB of bytes, there and back, moved. */
export async function transfer({ open, quick }: Context): Promise<Turn> {
  const subject = await open(2);
  if (!subject.transfer) throw new Error("Cannot measure transfer: the library's binding has none");
  return await prepare("move", subject.transfer, quick);
}

/** Speeds differ by a factor of a thousand, so the count comes from the warm-up's speed. */
async function prepare(metric: string, send: Send, quick: boolean): Promise<Turn> {
  if (!quick) await pump(send, 2 * IN_FLIGHT);
  const rate = IN_FLIGHT / await time(() => pump(send, IN_FLIGHT));
  const count = Math.min(4_096, Math.max(IN_FLIGHT, Math.round(rate * (quick ? 100 : 1_000))));
  return async () => ({ [metric]: count / await time(() => pump(send, count)) * 1000 });
}

type Bytes = Uint8Array<ArrayBuffer>;
type Send = (bytes: Bytes) => Promise<Bytes>;

/** Keeps some buffers going round until `count` round trips are done. */
async function pump(send: Send, count: number): Promise<void> {
  let left = count;
  const lane = async () => {
    let buffer: Bytes = new Uint8Array(SIZE);
    while (left-- > 0) {
      buffer = await send(buffer);
      expect(buffer.byteLength === SIZE, "bytes were lost");
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}
