import { processBackend, threadBackend } from "./conformance/backends.ts";
import { managerSuite } from "./conformance/manager.ts";

managerSuite(threadBackend);
managerSuite(processBackend);
