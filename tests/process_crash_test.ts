import { crashSuites } from "./crash/crash_suites.ts";

crashSuites("process");
