// JavaScript, like the other workers here that import their library at the top: type checks that
// start from the .ts files must pass where no peer is installed.
import workerpool from "workerpool";
import { echo, noop, spin, spinAll, square, squareAll } from "../bodies.ts";

const move = (bytes) => new workerpool.Transfer(bytes, [bytes.buffer]);
workerpool.worker({ echo, noop, spin, spinAll, square, squareAll, move });
