import { managerObjectsSuite } from "./conformance/manager_objects.ts";

managerObjectsSuite("thread");
managerObjectsSuite("inline");
