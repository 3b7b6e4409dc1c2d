// Several people in one process. A line in is one thing to do, as JSON; a line out is what came
// of it: {"ok": …} or {"error": …}. One thing is done at a time; waiting has a deadline.

import { createInterface } from "node:readline";

import { Person } from "./person.mjs";
import { verbs } from "./verbs.mjs";

const [server] = process.argv.slice(2);
const people = new Map();

async function act({ who, verb, ...arguments_ }) {
  if (verb === "enter") {
    people.set(who, await Person.enter(server, who, arguments_));
    return people.get(who).me;
  }
  const person = people.get(who);
  if (!person) throw new Error(`${who} has not entered`);
  return verbs[verb](person, arguments_);
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = { ok: (await act(JSON.parse(line))) ?? null };
  } catch (error) {
    answer = { error: `${error?.stack ?? error}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
