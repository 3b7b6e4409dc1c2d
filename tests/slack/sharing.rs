//! Channels that other organisations come into.

use serde_json::json;

use crate::double::bot::Way;
use crate::team::{CHANNEL, Office};

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_becomes_shared_loses_its_team_and_the_lead_hears_why() {
    let office = Office::open(Way::Sockets).await;
    office.starts_round("quick").await;
    office.double.with(|state| state.workspace.channel_mut(CHANNEL).expect("there").shared = true);
    let event =
        json!({"type": "channel_shared", "connected_team_id": "E0OTHER", "channel": CHANNEL});
    assert!(office.double.happens(&event).await.is_acked());
    let ann = office.person("Ann");
    ann.awaits(&ann.direct(), "shared with another organisation").await;
    let root = office.person("Root");
    assert!(root.opens_home().await.is_acked());
    root.awaits_home("shared with another organisation").await;
    office.assert_well_behaved();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_channel_that_the_bot_was_taken_out_of_unheard_pauses_its_team() {
    let mut office = Office::open(Way::Sockets).await;
    office.starts_round("quick").await;
    office.bot.die();
    office.double.with(|state| {
        let channel = state.workspace.channel_mut(CHANNEL).expect("there");
        channel.members.remove("U0BOT");
    });
    office.bot.again().await;
    let ann = office.person("Ann");
    ann.awaits(&ann.direct(), "not_in_channel").await;
    office.assert_well_behaved();
}
