// Everything a person's client was shown, in the order it came, as it was first.

import { sdk } from "./library.mjs";

const { ClientEvent, MatrixEventEvent, RoomEvent, RoomMemberEvent, RoomStateEvent } = sdk;

// How a client paints the shield beside a message; see `EventShieldColour`.
const SHIELDS = ["none", "grey", "red"];

export class Ledger {
  constructor(client) {
    this.client = client;
    this.rooms = new Map();
    this.known = new Map();
    this.waiting = new Set();
    client.on(ClientEvent.Event, (event) => this.note(event));
    client.on(MatrixEventEvent.Decrypted, (event) => this.settle(event));
    const changes = [
      ClientEvent.Sync, ClientEvent.Room, RoomEvent.MyMembership, RoomEvent.Redaction,
      RoomMemberEvent.Membership, RoomMemberEvent.Name, RoomStateEvent.Events,
    ];
    for (const change of changes) client.on(change, () => this.wake());
  }

  // Resolves at the next change, or when the time is up.
  change(ms) {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.waiting.add(done);
    });
  }

  wake() {
    for (const done of [...this.waiting]) done();
  }

  room(id) {
    if (!this.rooms.has(id)) this.rooms.set(id, { entries: [], read: 0 });
    return this.rooms.get(id);
  }

  note(event) {
    const id = event.getId();
    if (!id || !event.getRoomId() || this.known.has(id)) return;
    const entry = { event, shown: null };
    this.known.set(id, entry);
    this.room(event.getRoomId()).entries.push(entry);
    this.settle(event);
  }

  // An encrypted event is shown once it is decrypted; its place in the order stays.
  async settle(event) {
    const entry = this.known.get(event.getId());
    if (!entry || entry.shown) return;
    if (event.isEncrypted()) await this.client.decryptEventIfNeeded(event);
    const unread = event.isEncrypted() && (event.isBeingDecrypted() || event.isDecryptionFailure());
    if (!unread && !entry.shown) entry.shown = await this.view(event);
    this.wake();
  }

  async view(event) {
    const content = event.getOriginalContent();
    const relation = event.isEncrypted()
      ? event.getWireContent()["m.relates_to"] ?? {} : content["m.relates_to"] ?? {};
    const of = (kind) => (relation.rel_type === kind ? relation.event_id : null);
    return {
      id: event.getId(),
      from: event.getSender(),
      type: event.getType(),
      state: event.getStateKey() ?? null,
      body: content.body ?? null,
      html: content.formatted_body ?? null,
      thread: of("m.thread"),
      replaces: of("m.replace"),
      reply: relation["m.in_reply_to"]?.event_id ?? null,
      encrypted: event.isEncrypted(),
      shield: await this.shield(event),
      content,
      sent: event.getTs(),
    };
  }

  async shield(event) {
    if (!event.isEncrypted()) return null;
    const trust = await this.client.getCrypto().getEncryptionInfoForEvent(event);
    return trust && SHIELDS[trust.shieldColour];
  }

  // The next event of a room that fits; what stands before it counts as read.
  next(roomId, fits) {
    const room = this.room(roomId);
    for (let at = room.read; at < room.entries.length; at += 1) {
      const { shown } = room.entries[at];
      if (shown && fits(shown)) {
        room.read = at + 1;
        return shown;
      }
    }
    return null;
  }

  // Everything of a room, and how many events could not be read.
  all(roomId) {
    const { entries } = this.room(roomId);
    const events = entries.map(({ shown }) => shown).filter(Boolean);
    return { events, unread: entries.length - events.length };
  }
}
