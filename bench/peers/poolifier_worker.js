import { ThreadWorker } from "poolifier";
import { echo, noop, spin, square, squareAll } from "../bodies.ts";

export default new ThreadWorker({ echo, noop, spin, square, squareAll });
