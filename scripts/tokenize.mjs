// Splits TypeScript into tokens, as far as finding imports and global names needs it: comments
// vanish, strings and regular expressions are one token each, templates give their expressions.

const WORD = /[\p{ID_Start}$_#@][\p{ID_Continue}$\u200c\u200d]*/uy;
const PUNCTUATOR = /\?\.(?!\d)|=>|\.\.\.|[^\s]/uy;
/** After these words a slash starts a regular expression. */
const BEFORE_REGEX = new Set([
  ..."return typeof case in of delete void throw new do else await yield".split(" "),
]);

/** `{ kind: "word" | "number" | "string" | "regex" | "punctuator", value, line }` of each token. */
export function tokenize(source) {
  const tokens = [];
  const templates = []; // the brace depth at which each open `${` closes
  let depth = 0;
  let line = 1;
  let at = 0;
  const push = (kind, value, end) => {
    tokens.push({ kind, value, line });
    advance(end);
  };
  const advance = (end) => {
    for (let i = at; i < end; i++) if (source[i] === "\n") line++;
    at = end;
  };
  const match = (pattern) => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  const template = () => {
    // From a backtick or from the brace that closes an expression, to the next one.
    let end = at + 1;
    while (end < source.length && source[end] !== "`") {
      if (source[end] === "\\") end += 2;
      else if (source.startsWith("${", end)) {
        templates.push(depth++);
        return push("punctuator", "${", end + 2);
      } else end++;
    }
    push("template", "", end + 1);
  };
  while (at < source.length) {
    const char = source[at];
    if (/\s/.test(char)) advance(at + 1);
    else if (source.startsWith("//", at) || (at === 0 && source.startsWith("#!"))) {
      const end = source.indexOf("\n", at);
      advance(end < 0 ? source.length : end);
    } else if (source.startsWith("/*", at)) {
      const end = source.indexOf("*/", at + 2);
      advance(end < 0 ? source.length : end + 2);
    } else if (char === '"' || char === "'") {
      let end = at + 1;
      while (end < source.length && source[end] !== char) end += source[end] === "\\" ? 2 : 1;
      push("string", source.slice(at + 1, end), end + 1);
    } else if (char === "`") template();
    else if (char === "}" && templates.at(-1) === depth - 1) {
      depth = templates.pop();
      tokens.push({ kind: "punctuator", value: "}", line });
      template();
    } else if (char === "/" && startsRegex(tokens.at(-1))) push("regex", "", regexEnd(source, at));
    else if (/\d/.test(char)) push("number", match(/[\w.]+/y), at + match(/[\w.]+/y).length);
    else {
      const word = match(WORD);
      const value = word ?? match(PUNCTUATOR);
      if (value === "{") depth++;
      if (value === "}") depth--;
      push(word ? "word" : "punctuator", value, at + value.length);
    }
  }
  return tokens;
}

function startsRegex(previous) {
  if (!previous) return true;
  if (previous.kind === "word") return BEFORE_REGEX.has(previous.value);
  return previous.kind === "punctuator" && !")]}".includes(previous.value);
}

function regexEnd(source, start) {
  let inClass = false;
  for (let at = start + 1; at < source.length; at++) {
    const char = source[at];
    if (char === "\n") return start + 1; // a division after all
    if (char === "\\") at++;
    else if (char === "[") inClass = true;
    else if (char === "]") inClass = false;
    else if (char === "/" && !inClass) return at + 1;
  }
  return start + 1;
}

/** Static, dynamic and re-exporting imports with a literal specifier: `{ specifier, type, line }`. */
export function readImports(tokens) {
  const found = [];
  for (let at = 0; at < tokens.length; at++) {
    const { kind, value } = tokens[at];
    if (kind !== "word" || (value !== "import" && value !== "export")) continue;
    if (tokens[at - 1]?.value === ".") continue;
    const one = value === "import" ? importAt(tokens, at) : exportAt(tokens, at);
    if (one) found.push({ ...one, line: tokens[at].line });
  }
  return found;
}

function importAt(tokens, at) {
  const next = tokens[at + 1];
  if (!next || next.value === ".") return;
  if (next.kind === "string") return { specifier: next.value, type: false };
  if (next.value === "(") {
    const argument = tokens[at + 2];
    const type = tokens[at - 1]?.value === "typeof";
    return argument?.kind === "string" ? { specifier: argument.value, type } : undefined;
  }
  const third = tokens[at + 2]?.value;
  const type = next.value === "type" && third !== "," && third !== "from";
  return fromClause(tokens, at + 1, type);
}

function exportAt(tokens, at) {
  const type = tokens[at + 1]?.value === "type";
  const start = tokens[at + (type ? 2 : 1)]?.value;
  return start === "*" || start === "{" ? fromClause(tokens, at + 1, type) : undefined;
}

/** Reads on to `from "…"`, over names, braces, commas and stars alone. */
function fromClause(tokens, start, type) {
  for (let at = start; at < tokens.length; at++) {
    const { kind, value } = tokens[at];
    if (value === "from" && tokens[at + 1]?.kind === "string") {
      return { specifier: tokens[at + 1].value, type };
    }
    const part = kind === "word" || kind === "string" || "{},*".includes(value);
    if (!part) return;
    if (value === "}" && tokens[at + 1]?.value !== "from") return;
  }
}
