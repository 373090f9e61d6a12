import { ThreadWorker } from "poolifier-web-worker";
import { echo, noop, spin, spinAll, square, squareAll } from "../bodies.ts";

export default new ThreadWorker({ echo, noop, spin, spinAll, square, squareAll });
