import { ThreadWorker } from "poolifier";
import { echo, noop, spin, spinAll, square, squareAll } from "../bodies.ts";

export default new ThreadWorker({ echo, noop, spin, spinAll, square, squareAll });
