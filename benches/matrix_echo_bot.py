"""The simplest bot on another library: whatever it is told, it says back."""

import asyncio
import sys
import tempfile

from nio import AsyncClient, AsyncClientConfig, InviteMemberEvent, RoomMessageText


async def main(homeserver, user, password):
    config = AsyncClientConfig(encryption_enabled=True, store_sync_tokens=True)
    with tempfile.TemporaryDirectory() as store:
        client = AsyncClient(homeserver, user, store_path=store, config=config)

        async def come(room, event):
            if event.membership == "invite" and event.state_key == client.user_id:
                await client.join(room.room_id)

        async def echo(room, event):
            if event.sender != client.user_id:
                content = {"msgtype": "m.notice", "body": event.body}
                await client.room_send(
                    room.room_id, "m.room.message", content, ignore_unverified_devices=True)

        await client.login(password)
        await client.sync(timeout=0, full_state=True)
        client.add_event_callback(come, InviteMemberEvent)
        client.add_event_callback(echo, RoomMessageText)
        print("ready", flush=True)
        await client.sync_forever(timeout=30_000)


asyncio.run(main(*sys.argv[1:]))
