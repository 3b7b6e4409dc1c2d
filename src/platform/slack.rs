//! Slack: Socket Mode or HTTP, modals, the home view, `/maturity`.
//!
//! What Slack sends comes in at the reception, is handed to the engine in order, acknowledged once
//! it is on disk, and answered after that; what the engine says by itself goes out by the outbox.
//! The pages of Slack's documentation are named where a rule comes from them.

mod ack;
mod api;
mod blocks;
mod checkup;
mod commands;
mod confirm;
mod errands;
mod failure;
mod files;
mod forms;
mod groups;
mod home;
mod http;
mod identity;
mod ids;
mod inbound;
mod limits;
mod link;
mod manifest;
mod modals;
mod mrkdwn;
mod outbox;
mod people;
mod pictures;
mod reception;
mod replies;
mod scopes;
mod shapes;
mod sockets;
#[cfg(test)]
mod testing;
mod translate;
mod turns;
mod verify;
mod waiting;

pub use self::checkup::{Finding, checkup};
pub use self::manifest::{Wishes, manifest};

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;

use self::api::Api;
use self::http::Door;
use self::link::Opener;
use self::outbox::Outbox;
use self::people::{People, Welcome};
use self::reception::{Reception, Staff};
use self::replies::Replies;
use self::sockets::Sockets;
use super::{Inbox, Memory, Pace, Parcel, Platform, PostError, Profile, Refused, Sighting, Stop};
use crate::clock::Clock;
use crate::config::{self, Way};
use crate::domain::ids::{PersonId, PlaceId};
use crate::domain::message::MessageRef;
use crate::text::Text;

/// How long a stop waits for replies and pictures that are being sent.
const PARTING: Duration = Duration::from_secs(5);

/// A Slack workspace.
pub struct Slack {
    way: Way,
    clock: Clock,
    outbox: Arc<Outbox>,
    staff: Arc<Staff>,
}

impl Slack {
    /// The workspace of a config file; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// A system without usable certificates.
    pub fn new(
        settings: &config::Slack,
        text: Arc<Text>,
        clock: Clock,
        memory: Arc<dyn Memory>,
    ) -> anyhow::Result<Self> {
        let token = settings.bot_token.clone();
        let api = Arc::new(Api::new(&settings.api_url, token, clock.clone())?);
        let welcome =
            Welcome { guests: settings.guests, shared_channels: settings.shared_channels };
        let people = Arc::new(People::new(Arc::clone(&api), clock.clone(), welcome));
        let outbox = Outbox::new(Arc::clone(&api), Arc::clone(&people), memory, clock.clone());
        let outbox = Arc::new(outbox);
        let replies = Replies::new(Arc::clone(&api), Arc::clone(&outbox), text);
        let staff = Arc::new(Staff { api, people, replies, clock: clock.clone() });
        Ok(Self { way: settings.way.clone(), clock, outbox, staff })
    }

    /// Waits until Slack says who the bot is.
    async fn introduce(&self) -> anyhow::Result<()> {
        for failed in 1.. {
            match self.staff.people.identity().await {
                Ok(_) => return Ok(()),
                Err(error) if error.is_dead_install() => {
                    let code = error.code().unwrap_or_default();
                    return Err(Refused(format!(
                        "Slack refuses the bot token ({code}); check bot_token in [slack]: the \
                         Bot User OAuth Token (xoxb-…) from api.slack.com/apps under Install App"
                    ))
                    .into());
                }
                Err(error) => {
                    if error.is_unknown() {
                        tracing::warn!("there is no Web API at api_url; Slack's own ends in /api/");
                    }
                    tracing::warn!(%error, failed, "Slack was not reached");
                    waiting::pause(waiting::backoff(failed)).await;
                }
            }
        }
        Ok(())
    }

    async fn take_part(&self, inbox: Inbox, mut stop: Stop) -> anyhow::Result<()> {
        let reception = Reception::new(inbox.clone(), Arc::clone(&self.staff));
        let mut removal = reception.removal();
        let (clock, present) = (self.clock.clone(), Arc::clone(&reception));
        let living = async {
            match &self.way {
                Way::Sockets(token) => {
                    tokio::select! {
                        introduced = self.introduce() => introduced?,
                        _ = stop.wait_for(|stop| *stop) => return Ok(()),
                    }
                    let (api, token) = (Arc::clone(&self.staff.api), token.clone());
                    let open = std::sync::atomic::AtomicUsize::new(0);
                    let opener = Opener::new()?;
                    let sockets = Sockets { api, opener, token, reception, inbox, clock, open };
                    Arc::new(sockets).run(stop).await
                }
                Way::Http { secrets, listen } => {
                    let door = Door { secrets: secrets.clone(), reception, clock: clock.clone() };
                    // Slack asks for a sign of life before the bot may have reached it.
                    let listening = http::listen(Arc::new(door), *listen, stop);
                    tokio::pin!(listening);
                    tokio::select! {
                        ended = &mut listening => return ended,
                        introduced = self.introduce() => introduced?,
                    }
                    inbox.linked(self.name(), true, clock.now()).await?;
                    listening.await
                }
            }
        };
        let removed = async {
            let code = removal.wait_for(Option::is_some).await;
            code.ok().and_then(|code| code.clone())
        };
        tokio::select! {
            result = living => {
                result?;
                present.quiet().await;
                Ok(())
            }
            Some(code) = removed => {
                Err(Refused(format!(
                    "the app was taken out of the workspace ({code}); nothing more is sent, all \
                     data are kept; install it again, put in the new token, and start the bot again"
                ))
                .into())
            }
        }
    }
}

#[async_trait]
impl Platform for Slack {
    fn name(&self) -> &'static str {
        "slack"
    }

    async fn run(&self, inbox: Inbox, mut stop: Stop) -> anyhow::Result<()> {
        let part = self.take_part(inbox, stop.clone());
        tokio::pin!(part);
        tokio::select! {
            result = &mut part => return result,
            _ = stop.wait_for(|stop| *stop) => {}
        }
        // Replies and pictures that are being sent are brought to their end.
        let rest = async { tokio::join!(part, self.outbox.quiet()).0 };
        tokio::time::timeout(PARTING, rest).await.unwrap_or_else(|_| {
            tracing::info!("stopped before every reply and picture was sent to Slack");
            Ok(())
        })
    }

    /// "Rate limits": about one message a second in a channel, some hundreds a minute in all.
    fn pace(&self) -> Pace {
        Pace {
            apart: TimeDelta::milliseconds(1050),
            burst: 20,
            refill: TimeDelta::milliseconds(200),
            lanes: 8,
        }
    }

    async fn post(&self, parcel: &Parcel<'_>) -> Result<MessageRef, PostError> {
        self.outbox.post(parcel).await
    }

    async fn sight(&self, parcel: &Parcel<'_>) -> Result<Sighting, PostError> {
        self.outbox.sight(parcel).await
    }

    async fn update(&self, message: &MessageRef, parcel: &Parcel<'_>) -> Result<(), PostError> {
        self.outbox.update(message, parcel).await
    }

    async fn members(&self, place: &PlaceId) -> Result<Vec<Profile>, PostError> {
        self.staff.people.members(place).await
    }

    async fn profile(&self, person: &PersonId) -> Result<Profile, PostError> {
        Ok(self.staff.people.profile(person.bare()).await?)
    }
}
