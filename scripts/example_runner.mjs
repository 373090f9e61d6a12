// Imports the modules named in its arguments one after the other and reports each on a line of its
// own. Runs on every runtime; started by check_examples.mjs, which reads the lines.
import process from "node:process";

for (const [index, url] of process.argv.slice(2).entries()) {
  console.log(`@@start ${index}`);
  try {
    await import(url);
    // A rejection that nobody handles shows before the next example starts.
    await new Promise((resolve) => setTimeout(resolve, 0));
    console.log(`@@ok ${index}`);
  } catch (error) {
    console.log(error);
    console.log(`@@failed ${index}`);
  }
}
