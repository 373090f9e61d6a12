import { Thread } from "@pool/core";
import { activitySuite } from "./conformance/activities.ts";
import { activityEndsSuite } from "./conformance/activity_ends.ts";

activitySuite(Thread);
activityEndsSuite("Thread");
