"""Holds every payload of some journals against Slack's own models and types.

usage: judge.py NODE FOLDER-OF-TYPES FOLDER-OF-JOURNALS [--whole]

First judge: the validators of slack_sdk, which know lengths and what must be there. Second judge:
the TypeScript types of @slack/web-api and @slack/types, which know every field. Neither sees that
ids repeat; the Slack of the tests does.

Where the scopes that the manifests ask for stand beside the journals, no call that succeeded may
have needed another; with --whole, after a run of all tests, each that a plain manifest asks for was
needed, too.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from slack_sdk.models.basic_objects import JsonObject
from slack_sdk.models.blocks import Block, Option
from slack_sdk.models.views import View

NODE, HOME, JOURNALS = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
WHOLE = "--whole" in sys.argv[4:]

TYPES = {
    "chat.postMessage": "ChatPostMessageArguments",
    "chat.update": "ChatUpdateArguments",
    "chat.delete": "ChatDeleteArguments",
    "chat.postEphemeral": "ChatPostEphemeralArguments",
    "conversations.open": "ConversationsOpenArguments",
    "conversations.info": "ConversationsInfoArguments",
    "conversations.members": "ConversationsMembersArguments",
    "conversations.list": "ConversationsListArguments",
    "conversations.join": "ConversationsJoinArguments",
    "conversations.history": "ConversationsHistoryArguments",
    "users.info": "UsersInfoArguments",
    "users.list": "UsersListArguments",
    "users.conversations": "UsersConversationsArguments",
    "dnd.info": "DndInfoArguments",
    "usergroups.list": "UsergroupsListArguments",
    "usergroups.users.list": "UsergroupsUsersListArguments",
    "views.open": "ViewsOpenArguments",
    "views.push": "ViewsPushArguments",
    "views.update": "ViewsUpdateArguments",
    "views.publish": "ViewsPublishArguments",
    "files.getUploadURLExternal": "FilesGetUploadURLExternalArguments",
    "files.completeUploadExternal": "FilesCompleteUploadExternalArguments",
    "blocks.validate": "BlocksValidateArguments",
}


def objects(value):
    """Every model within a value."""
    if isinstance(value, JsonObject):
        yield value
        for name in value.attributes:
            yield from objects(getattr(value, name, None))
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from objects(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from objects(one)


def options(value):
    """Every option within plain JSON; the models of menus leave them unread."""
    if isinstance(value, dict):
        for name, one in value.items():
            if name in ("options", "initial_options"):
                yield from one
            elif name == "initial_option":
                yield one
            yield from options(one)
    elif isinstance(value, list):
        for one in value:
            yield from options(one)


def modelled(payload):
    """What Slack's models say is wrong with blocks or a view."""
    try:
        if isinstance(payload, list):
            models = Block.parse_all(payload)
            written = [model.to_dict() for model in models]
        else:
            # Its model lacks this one field of the documentation, which the types know.
            payload = {name: it for name, it in payload.items() if name != "submit_disabled"}
            models = View(**payload)
            written = models.to_dict()
        for model in objects(models):
            model.validate_json()
        for option in options(payload):
            Option(**option).to_dict()
    except Exception as error:  # Whatever it raises is its verdict.
        return f"{type(error).__name__}: {error}"
    if json.dumps(written, sort_keys=True) != json.dumps(payload, sort_keys=True):
        return f"the models read another payload: {json.dumps(written, sort_keys=True)}"
    return None


def payloads(entry):
    """The blocks and views of a request."""
    if entry["method"] == "event":
        return
    params = entry["params"]
    if isinstance(params.get("blocks"), list):
        yield params["blocks"]
    if isinstance(params.get("view"), dict):
        yield params["view"]
    answer = params.get("payload") if entry["method"] in ("ack", "answer") else None
    if isinstance(answer, dict):
        yield from payloads({"method": "", "params": answer})


def typed(entry):
    """The TypeScript lines that hold a request against its types."""
    params = {name: it for name, it in entry["params"].items() if name not in ("token", "team_id")}
    if "alt_txt" in params:
        # The documentation and both servers and clients say `alt_txt`; the types alone differ.
        params["alt_text"] = params.pop("alt_txt")
    if entry["method"] in TYPES:
        yield TYPES[entry["method"]], params
    if entry["method"] == "event":
        # What the Slack of the tests tells. Some types leave out the time that all events have, and
        # a view stands in them as it is sent and not as Slack hands it out.
        params.pop("view", None)
        yield "SlackEvent & { event_ts: string }", params
        return
    for payload in payloads(entry):
        if isinstance(payload, list):
            yield "KnownBlock[]", payload
        else:
            yield ("HomeView" if payload.get("type") == "home" else "ModalView"), payload


def compiled(lines):
    """What the compiler says of the lines."""
    web = sorted({kind for kind, _ in lines if kind.endswith("Arguments")})
    head = ['import type { HomeView, KnownBlock, ModalView, SlackEvent } from "@slack/types";']
    if web:
        head.append(f'import type {{ {", ".join(web)} }} from "@slack/web-api";')
    body = [
        f"export const m{number}: {kind} = {json.dumps(payload)};"
        for number, (kind, payload) in enumerate(lines)
    ]
    with tempfile.TemporaryDirectory(dir=HOME) as folder:
        source = Path(folder) / "payloads.ts"
        source.write_text("\n".join(head + body))
        options = "--noEmit --strict --skipLibCheck --module nodenext --target es2022 --types node"
        tsc = HOME / "node_modules/typescript/bin/tsc"
        done = subprocess.run(
            [NODE, tsc, "--moduleResolution", "nodenext", *options.split(), source],
            capture_output=True,
            text=True,
            cwd=HOME,
            check=False,
        )
    return [] if done.returncode == 0 else (done.stdout + done.stderr).splitlines()


def scoped(accepted):
    """What is wrong with the scopes that the manifests ask for."""
    written = JOURNALS / "scopes"
    if not written.exists():
        return ["nobody wrote down which scopes the manifests ask for"] if WHOLE else []
    scopes = json.loads(written.read_text())
    # No method needs `commands`; the command itself does.
    needed = {"commands"} | {scope for entry in accepted for scope in entry["scopes"]}
    found = [f"needed, and in no manifest: {scope}" for scope in needed - set(scopes["known"])]
    if WHOLE:
        unneeded = set(scopes["asked"]) - needed
        found += [f"in the manifest, and never needed: {scope}" for scope in unneeded]
    return found


def unique(values):
    """The same values, each once."""
    return list({json.dumps(value, sort_keys=True): value for value in values}.values())


def main():
    journals = sorted(JOURNALS.glob("*.json"))
    entries = [entry for path in journals for entry in json.loads(path.read_text())]
    accepted = [entry for entry in entries if entry["outcome"] == "ok"]
    found = [
        f"{verdict}\n  in {json.dumps(payload)[:2000]}"
        for payload in unique(payload for entry in accepted for payload in payloads(entry))
        if (verdict := modelled(payload))
    ]
    lines = unique([line for entry in accepted for line in typed(entry)])
    found += compiled(lines) if lines else ["there was nothing to judge"]
    found += scoped(accepted)
    print(f"{len(entries)} requests, {len(lines)} different payloads, {len(found)} refused")
    for one in found[:40]:
        print(one)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
