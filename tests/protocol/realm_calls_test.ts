import { describe, it } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import { MaybeEncodingError } from "../../src/protocol/errors.ts";
import { livingRealms } from "../../src/protocol/living_realms.ts";
import { postOffice } from "../../src/protocol/post_office.ts";
import { realmCalls } from "../../src/protocol/realm_calls.ts";
import { TAKE_BACK } from "../../src/protocol/receipts.ts";

describe("RealmCalls", () => {
  const here = postOffice().address;

  it("keeps nothing for realms that have ended", () => {
    const served: number[] = [];
    realmCalls().offer("some", {
      as: (client) => {
        served.push(client);
        return { call: () => {} };
      },
    });
    const threads = ["0.t998", "0.t999"].map((address) => ({
      address,
      client: livingRealms().enter(),
    }));
    const call = (): void => {
      for (const { address, client } of threads) {
        const body = { type: "call", number: 1, id: "some", method: "call", args: [], client };
        realmCalls().deliver({ from: address, to: here, body, marked: false });
      }
    };
    call();
    call();
    const [ended, living] = threads.map(({ client }) => client);
    assertEquals(served, [ended, living]);
    livingRealms().leave(ended!);
    realmCalls().gone(threads[0]!.address);
    call();
    assertEquals(served, [ended, living, ended]);
    livingRealms().leave(living!);
    realmCalls().gone(threads[1]!.address);
    realmCalls().withdraw("some");
  });

  it("a result that cannot be sent is taken back", async () => {
    let backs = 0;
    const result = { item: () => {}, [TAKE_BACK]: () => void backs++ };
    realmCalls().offer("some", { as: () => ({ get: () => result }) });
    const call = realmCalls().call({ id: "some", via: here }, "get", []);
    await assertRejects(() => call, MaybeEncodingError, "result.value.item");
    assertEquals(backs, 1);
    realmCalls().withdraw("some");
  });
});
