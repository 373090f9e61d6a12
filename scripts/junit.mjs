// Reads the JUnit reports of `deno test`, `bun test` and `node --test` into one count.

/**
 * Counts the tests of one file's report: `{ passed, failed, skipped, failures }`, `failures` naming
 * them. A test marked "todo" counts as skipped on every runtime.
 */
export function countTests(xml, file) {
  const isFile = (name) => `/${name.replaceAll("\\", "/")}`.endsWith(`/${file}`);
  const cases = dropSuites(parseCases(xml, isFile))
    // Node lists a file without tests as a test that passed.
    .filter(({ name, state }) => !(state === "passed" && isFile(name)));
  const failures = cases.filter((one) => one.state === "failed").map((one) => one.path);
  const skipped = cases.filter((one) => one.state === "skipped").length;
  return {
    passed: cases.length - failures.length - skipped,
    failed: failures.length,
    skipped,
    failures,
  };
}

function parseCases(xml, isFile) {
  const cases = [];
  const suites = [];
  for (const [, slash, tag, attributes, closed] of tags(xml)) {
    const name = unescape(attributes.match(/(?:^|\s)name="([^"]*)"/)?.[1] ?? "");
    if (tag === "testsuite") {
      if (slash) suites.pop();
      else if (!closed) suites.push(name);
    } else if (tag === "testcase" && !slash) {
      // Bun and Deno put all into a suite named after the file (or, steps, after Deno's own one).
      const above = suites.filter((suite) => !isFile(suite) && !suite.startsWith("ext:"));
      cases.push({ name, path: [...above, name].join(" > "), state: "passed" });
    } else if (!slash && cases.length > 0) {
      if (tag === "skipped") cases.at(-1).state = "skipped";
      if (tag === "failure" || tag === "error") cases.at(-1).state = "failed";
    }
  }
  return cases;
}

/** Failure texts may quote markup, but never an unescaped "<": all three escape it. */
function tags(xml) {
  return xml.matchAll(
    /<(\/?)(testsuite|testcase|failure|error|skipped)((?:\s+[\w:.-]+="[^"]*")*)\s*(\/?)>/g,
  );
}

/** Deno lists a `describe` as a test beside its steps: it counts only when it failed by itself. */
function dropSuites(cases) {
  const parents = new Set();
  const failedBelow = new Set();
  for (const { name, state } of cases) {
    for (let end = name.lastIndexOf(" > "); end > 0; end = name.lastIndexOf(" > ", end - 1)) {
      const parent = name.slice(0, end);
      parents.add(parent);
      if (state === "failed") failedBelow.add(parent);
    }
  }
  return cases.filter(({ name, state }) =>
    !parents.has(name) || (state === "failed" && !failedBelow.has(name))
  );
}

function unescape(text) {
  const named = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (all, decimal, hex, word) => {
    if (decimal) return String.fromCodePoint(Number(decimal));
    if (hex) return String.fromCodePoint(parseInt(hex, 16));
    return named[word] ?? all;
  });
}
