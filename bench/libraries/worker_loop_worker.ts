import { bodies, type BodyName } from "../bodies.ts";
import { threadPort } from "./thread_port.ts";

const port = threadPort();
port.receive((message) => {
  const { body, value } = message as { body: BodyName; value: never };
  port.post(bodies[body](value));
});
port.post("ready");
