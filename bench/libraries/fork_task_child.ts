import process from "node:process";
import { noop } from "../bodies.ts";

process.on("message", (value) => process.send!(noop(value as number)));
