// The client library stands outside the checkout, in the folder that `install` made.

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const at = createRequire(join(process.env.HUMANS_LIBRARY, "package.json"));
const load = (name) => import(pathToFileURL(at.resolve(name)).href);

export const sdk = await load("matrix-js-sdk");
export const cryptoApi = await load("matrix-js-sdk/lib/crypto-api/index.js");

// The library tells of much that is no fault, and standard output belongs to the test. What ends
// the process is told by Node itself.
for (const level of ["trace", "debug", "log", "info", "warn", "error"]) console[level] = () => {};

// Says nothing of what it does, unlike the library's own.
export const silent = {
  trace() {}, debug() {}, info() {}, warn() {}, error() {}, setLevel() {},
  getChild() { return silent; },
};
