"""An app as Slack's documentation writes them, with Bolt as it comes.

Says where it listens on its standard output, and does everything else through Slack.
"""

import sys
from threading import Event

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.app.app import SlackAppDevelopmentServer
from slack_sdk import WebClient

mode, api = sys.argv[1:3]
client = WebClient(token="xoxb-1-double", base_url=api)
app = App(client=client, signing_secret="a secret")

MODAL = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "A form"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "level",
            "label": {"type": "plain_text", "text": "Which level?"},
            "element": {
                "type": "radio_buttons",
                "action_id": "choice",
                "options": [
                    {"text": {"type": "plain_text", "text": word}, "value": word}
                    for word in ("low", "high")
                ],
            },
        },
        {
            "type": "input",
            "block_id": "words",
            "optional": True,
            "label": {"type": "plain_text", "text": "A remark"},
            "element": {"type": "plain_text_input", "action_id": "typed"},
        },
    ],
}
BUTTON = {
    "type": "actions",
    "elements": [
        {
            "type": "button",
            "action_id": "answer",
            "value": "seven",
            "text": {"type": "plain_text", "text": "Answer"},
        }
    ],
}


@app.command("/maturity")
def command(ack, command, client, respond):
    ack("At once.")
    client.views_open(trigger_id=command["trigger_id"], view=MODAL)
    respond(f"Typed {command['text']}", blocks=[BUTTON])


@app.action("answer")
def action(ack, action, body, client):
    ack()
    client.chat_postMessage(
        channel=body["channel"]["id"], text=f"{body['user']['id']} pressed {action['value']}"
    )


@app.view("form")
def submission(ack, body, view, client):
    values = view["state"]["values"]
    level = values["level"]["choice"]["selected_option"]["value"]
    if level == "low":
        ack(response_action="errors", errors={"level": "Higher."})
        return
    ack()
    dm = client.conversations_open(users=body["user"]["id"])["channel"]["id"]
    client.chat_postMessage(channel=dm, text=f"{level}: {values['words']['typed']['value']}")


@app.event("app_home_opened")
def home(event, client):
    section = {"type": "section", "text": {"type": "mrkdwn", "text": f"Home of {event['user']}"}}
    client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section]})


if mode == "socket":
    handler = SocketModeHandler(app, "xapp-1-double")
    handler.connect()
    print("connected", flush=True)
    Event().wait()
else:
    # What `App.start` does, on a port that is free.
    server = SlackAppDevelopmentServer(0, "/slack/events", app, http_server_logger_enabled=False)
    print(server._server.server_address[1], flush=True)
    server.start()
