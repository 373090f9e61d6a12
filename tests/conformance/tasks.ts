/** How tasks are named and found; inline functions; what a task learns of itself. */
import type { Backend } from "./backend.ts";
import { suite } from "./leaks.ts";
import { contexts } from "./tasks_context.ts";
import { definitions, importedTasks, lookUps } from "./tasks_found.ts";
import { inlineFunctions } from "./tasks_inline.ts";

export function tasksSuite(backend: Backend): void {
  suite("tasks", backend, (suiteBackend) => {
    definitions(suiteBackend);
    lookUps(suiteBackend);
    importedTasks(suiteBackend);
    inlineFunctions(suiteBackend);
    contexts(suiteBackend);
  });
}
