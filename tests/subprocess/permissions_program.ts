// Says how a command that has to be killed fails under the permissions of this process.
import { run } from "@pool/core/subprocess";

const error = await run(["sleep", "100"], { timeout: 50 }).catch((error: Error) => error);
if (error instanceof Error) console.log(error.name, error.message);
