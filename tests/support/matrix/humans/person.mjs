// A person with a client: signed in, encrypted, cross-signed, listening.

import { createHmac } from "node:crypto";

import { cryptoApi, sdk, silent } from "./library.mjs";
import { Ledger } from "./ledger.mjs";

const PASSWORD = "nobody-else-knows";
const SHARED_SECRET = "on-this-machine-only";

// Sends JSON and reads JSON, as anybody with this token (or none) may.
export async function ask(server, token, method, path, body) {
  const headers = { "content-type": "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(server + path, {
    method, headers, body: body === undefined ? undefined : JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(said)}`);
  return said;
}

// Makes an account. See "Shared-Secret Registration" in Synapse's admin API.
export async function register(server, name) {
  const path = "/_synapse/admin/v1/register";
  const { nonce } = await ask(server, null, "GET", path);
  const mac = createHmac("sha1", SHARED_SECRET)
    .update([nonce, name, PASSWORD, "notadmin"].join("\0")).digest("hex");
  return ask(server, null, "POST", path,
    { nonce, username: name, password: PASSWORD, admin: false, mac });
}

export class Person {
  // A new account with a client, or (with `account` alone) no client at all, as for a bot.
  static async enter(server, name, { account = false, signed_only = false }) {
    const session = await register(server, name);
    const person = new Person(server, name, session);
    if (!account) await person.start(signed_only);
    return person;
  }

  constructor(server, name, session) {
    this.server = server;
    this.name = name;
    this.me = session.user_id;
    this.session = session;
  }

  async start(signedOnly) {
    this.client = sdk.createClient({
      baseUrl: this.server,
      userId: this.me,
      deviceId: this.session.device_id,
      accessToken: this.session.access_token,
      verificationMethods: ["m.sas.v1"],
      logger: silent,
    });
    await this.client.initRustCrypto({ useIndexedDB: false });
    this.crypto = this.client.getCrypto();
    if (signedOnly) this.trustOnlySigned();
    await this.crypto.bootstrapCrossSigning({
      authUploadDeviceSigningKeys: (request) => request(this.proof()),
    });
    await this.client.setDisplayName(this.name[0].toUpperCase() + this.name.slice(1));
    this.ledger = new Ledger(this.client);
    const prepared = this.until(() => this.client.isInitialSyncComplete(), "the first sync");
    await this.client.startClient({ initialSyncLimit: 50, lazyLoadMembers: true });
    await prepared;
  }

  // What the homeserver asks for before it lets somebody change their keys or devices.
  proof(session) {
    const identifier = { type: "m.id.user", user: this.me };
    return { type: "m.login.password", identifier, password: PASSWORD, session };
  }

  // From now on neither writes to devices that their owner did not sign, nor reads from them.
  trustOnlySigned() {
    this.crypto.setDeviceIsolationMode(new cryptoApi.OnlySignedDevicesIsolationMode());
  }

  ask(method, path, body) {
    return ask(this.server, this.session.access_token, method, path, body);
  }

  // Waits until something holds; it is looked at again whenever anything happens to this person. The
  // time is for a machine that has much else to do; whatever holds, holds long before.
  async until(holds, what, ms = 90_000) {
    const end = Date.now() + ms;
    for (;;) {
      const found = await holds();
      if (found) return found;
      const left = end - Date.now();
      if (left <= 0) throw new Error(`${this.name} waited in vain for ${what}`);
      await this.ledger.change(left);
    }
  }
}
