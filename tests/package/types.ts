/** The declarations of the package, by users' compilers. */
import { checkTypes } from "./check_types.ts";
import { done, TARBALL } from "./project.ts";

done(await checkTypes("types", TARBALL));
