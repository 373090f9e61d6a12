import { ThreadWorker } from "poolifier-web-worker";
import { echo, noop, spin, square, squareAll } from "../bodies.ts";

export default new ThreadWorker({ echo, noop, spin, square, squareAll });
