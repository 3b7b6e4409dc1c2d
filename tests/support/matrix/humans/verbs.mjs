// What a person can do. Each takes the person and the arguments, and gives what the test sees.

import { createDecipheriv, createHash } from "node:crypto";

import { compareEmoji } from "./verifying.mjs";

const POLL_RESPONSE = "org.matrix.msc3381.poll.response";

function inThread(root) {
  return root && {
    rel_type: "m.thread", event_id: root, is_falling_back: true,
    "m.in_reply_to": { event_id: root },
  };
}

function words({ text, thread, mention, reply, type = "m.text" }) {
  const content = { msgtype: type, body: text };
  if (thread) content["m.relates_to"] = inThread(thread);
  if (reply) content["m.relates_to"] = { "m.in_reply_to": { event_id: reply } };
  if (mention) content["m.mentions"] = { user_ids: [mention] };
  return content;
}

async function send(person, room, type, content) {
  const { event_id: id } = await person.client.sendEvent(room, type, content);
  return id;
}

// Until the client knows the room and how it is encrypted; before, it would write in the clear.
function settled(person, room) {
  return person.until(async () => {
    const known = person.client.getRoom(room);
    if (known?.getMyMembership() !== "join") return false;
    const encrypted = known.hasEncryptionStateEvent();
    return !encrypted || person.crypto.isEncryptionEnabledInRoom(room);
  }, `room ${room}`);
}

function fitting({ from, type, contains, thread, of }) {
  return (event) => (!from || event.from === from)
    && (!type || event.type === type)
    && (contains ?? []).every((part) => (event.body ?? "").includes(part))
    && (thread === undefined || event.thread === thread)
    && (of === undefined || event.replaces === of);
}

function describe(wanted) {
  return JSON.stringify(wanted);
}

export const verbs = {
  async create_room(person, { name, invite = [], encrypted = true, direct = false, version }) {
    const algorithm = "m.megolm.v1.aes-sha2";
    const rules = { type: "m.room.encryption", state_key: "", content: { algorithm } };
    const { room_id: room } = await person.client.createRoom({
      name, invite, room_version: version, is_direct: direct,
      preset: direct ? "trusted_private_chat" : "private_chat",
      initial_state: encrypted ? [rules] : [],
    });
    await settled(person, room);
    return room;
  },

  async join(person, { room }) {
    await person.client.joinRoom(room);
    await settled(person, room);
  },

  // Replaces a room, and makes the new one encrypted as the old one was.
  async upgrade(person, { room, version = "12" }) {
    const { replacement_room: successor } = await person.ask("POST",
      `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/upgrade`, { new_version: version });
    await settled(person, successor);
    return successor;
  },

  // Waits for an invitation by somebody, and gives the room without entering it.
  invited(person, { from, ms }) {
    const open = () => person.client.getRooms()
      .filter((room) => room.getMyMembership() === "invite")
      .find((room) => !from || room.getMember(person.me)?.events.member?.getSender() === from);
    return person.until(() => open()?.roomId, `an invitation by ${from}`, ms);
  },

  // Waits until somebody's membership in a room is such.
  member(person, { room, user, membership, ms }) {
    const is = () => person.client.getRoom(room)?.getMember(user)?.membership ?? "leave";
    return person.until(() => is() === membership, `${user} to be "${membership}" in ${room}`, ms);
  },

  say: (person, { room, ...said }) => send(person, room, "m.room.message", words(said)),

  async say_all(person, { room, texts }) {
    const ids = [];
    for (const text of texts) ids.push(await send(person, room, "m.room.message", words({ text })));
    return ids;
  },

  edit(person, { room, event, text }) {
    return send(person, room, "m.room.message", {
      msgtype: "m.text", body: `* ${text}`,
      "m.new_content": { msgtype: "m.text", body: text },
      "m.relates_to": { rel_type: "m.replace", event_id: event },
    });
  },

  async redact(person, { room, event }) {
    return (await person.client.redactEvent(room, event)).event_id;
  },

  react(person, { room, event, key }) {
    const relation = { rel_type: "m.annotation", event_id: event, key };
    return send(person, room, "m.reaction", { "m.relates_to": relation });
  },

  // The types that clients send today, or (`stable`) those of the specification.
  vote(person, { room, poll, answers, stable = false }) {
    const relation = { rel_type: "m.reference", event_id: poll };
    return stable
      ? send(person, room, "m.poll.response", { "m.relates_to": relation, "m.selections": answers })
      : send(person, room, POLL_RESPONSE, { "m.relates_to": relation, [POLL_RESPONSE]: { answers } });
  },

  next(person, { room, ms, ...wanted }) {
    const fits = fitting(wanted);
    return person.until(() => person.ledger.next(room, fits), describe({ room, ...wanted }), ms)
      .catch((error) => {
        const { events, unread } = person.ledger.all(room);
        const last = events.slice(-8).map((event) => `  ${event.from} ${event.type}: ${event.body}`);
        throw new Error(`${error.message}; ${unread} events are unreadable; the last:\n${last.join("\n")}`);
      });
  },

  // What came a moment ago may still be on its way through the ciphers, or its key on the network.
  async all(person, { room }) {
    const readable = () => person.ledger.all(room).unread === 0;
    await person.until(readable, `everything in ${room} to be readable`);
    return person.ledger.all(room);
  },

  // Fetches a picture and decrypts it; see "Sending encrypted attachments" in the specification.
  async picture(person, { room, event }) {
    const { content } = person.ledger.known.get(event).shown;
    const { url, key, iv, hashes } = content.file;
    const path = `/_matrix/client/v1/media/download/${url.slice("mxc://".length)}`;
    const headers = { authorization: `Bearer ${person.session.access_token}` };
    const sealed = Buffer.from(await (await fetch(person.server + path, { headers })).arrayBuffer());
    const hash = createHash("sha256").update(sealed).digest("base64").replace(/=+$/, "");
    if (hash !== hashes.sha256) throw new Error(`the picture in ${room} is not the one announced`);
    const open = createDecipheriv("aes-256-ctr", Buffer.from(key.k, "base64url"), Buffer.from(iv, "base64"));
    return Buffer.concat([open.update(sealed), open.final()]).toString("hex");
  },

  // Makes the client use a new key for what it writes next in a room.
  forget_key: (person, { room }) => person.crypto.forceDiscardSession(room),

  only_signed: (person) => person.trustOnlySigned(),

  // Whether this person's client takes the devices of somebody as signed by their owner.
  async devices(person, { user }) {
    const devices = (await person.crypto.getUserDeviceInfo([user], true)).get(user) ?? new Map();
    const trust = (id) => person.crypto.getDeviceVerificationStatus(user, id);
    return Promise.all([...devices.keys()].map(async (id) => {
      const status = await trust(id);
      return { id, signed: status?.signedByOwner ?? false, verified: status?.isVerified() ?? false };
    }));
  },

  // Compares emoji with somebody, and waits until they count as verified.
  async verify(person, { user, room }) {
    await compareEmoji(await person.crypto.requestVerificationDM(user, room));
    const status = () => person.crypto.getUserVerificationStatus(user);
    await person.until(async () => (await status()).isCrossSigningVerified(), `${user} to be trusted`);
  },

  // Signs this person out everywhere, whichever client it was.
  async sign_out_everywhere(person) {
    const body = person.proof();
    const { access_token: token } = await person.ask("POST", "/_matrix/client/v3/login", body);
    await fetch(`${person.server}/_matrix/client/v3/logout/all`,
      { method: "POST", headers: { authorization: `Bearer ${token}` } });
  },

  ask: (person, { method, path, body }) => person.ask(method, path, body),
};
