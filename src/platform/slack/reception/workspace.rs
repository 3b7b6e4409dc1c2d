//! What happens to the workspace's channels, in them, and to the app itself.

use std::time::Duration;

use super::super::ack::Ack;
use super::super::identity::Identity;
use super::super::ids::{person, place};
use super::super::inbound::Heard;
use super::super::waiting::{backoff, pause};
use super::{Reception, Visit};
use crate::domain::ids::EventId;
use crate::platform::{NotCommitted, PlaceChange, Profile, What};

/// How often Slack is asked whether the app is still installed.
const REMOVAL_TRIES: u32 = 4;
/// How long it may take to learn who came into a channel, which is more than most answers take;
/// several may come at once.
const GREETING: Duration = Duration::from_millis(800);

impl Reception {
    /// The workspace took the app away, or did so a while ago and installed it again since: Slack
    /// repeats what it could not say for some minutes.
    pub(super) async fn removed(&self, visit: Visit, code: String) {
        visit.acker.send(Ack::Taken);
        drop(visit.hand);
        if self.is_let_in().await {
            tracing::info!(code, "the app was taken out of the workspace, and is back");
            return;
        }
        self.staff.api.bar(&code);
        self.removed.send_replace(Some(code));
    }

    /// Whether Slack takes the bot's token; not where it does not say so in time.
    async fn is_let_in(&self) -> bool {
        for failed in 1..=REMOVAL_TRIES {
            match Identity::ask(&self.staff.api).await {
                Ok(_) => return true,
                Err(error) if error.is_dead_install() => return false,
                Err(error) => tracing::warn!(%error, "whether the app is installed is not known"),
            }
            pause(backoff(failed)).await;
        }
        false
    }

    /// What happens to channels and in them.
    pub(super) async fn elsewhere(&self, visit: Visit, heard: Heard) -> Result<(), NotCommitted> {
        let changed = |channel: &str, change| What::PlaceChanged { place: place(channel), change };
        let what = match heard {
            Heard::Joined { channel, user, inviter } => {
                return self.joined(visit, &channel, &user, inviter.as_deref()).await;
            }
            Heard::Left { channel, user } => match user {
                Some(user) if !self.is_me(&user).await => {
                    What::Left { place: place(&channel), person: person(&user) }
                }
                _ => changed(&channel, PlaceChange::Gone),
            },
            Heard::Gone(channel) => changed(&channel, PlaceChange::Gone),
            Heard::Back(channel) => changed(&channel, PlaceChange::Back),
            Heard::Shared(channel) => changed(&channel, PlaceChange::Unclear),
            Heard::Moved(old, new) => changed(&old, PlaceChange::Moved(place(&new))),
            _ => return Ok(()),
        };
        self.commit(visit, what).await.map(|_| ())
    }

    async fn joined(
        &self,
        visit: Visit,
        channel: &str,
        user: &str,
        inviter: Option<&str>,
    ) -> Result<(), NotCommitted> {
        if !self.is_me(user).await {
            let place = place(channel);
            let what = match self.newcomer(user).await {
                Some(profile) => What::Joined { place, profile },
                // Everybody there is looked up, again and again until that works.
                None => What::PlaceChanged { place, change: PlaceChange::Unclear },
            };
            return self.commit(visit, what).await.map(|_| ());
        }
        let back = What::PlaceChanged { place: place(channel), change: PlaceChange::Back };
        let id = EventId(format!("{}/back", visit.id));
        self.hand_in(id, visit.sent, back).await?;
        let what = What::Arrived { place: place(channel), by: inviter.map(person) };
        let (reply, mut mouth) = self.commit(visit, what).await?;
        if let Some(response) = reply {
            mouth.come().await;
            self.staff.replies.greet(channel, inviter, &response.message).await;
        }
        Ok(())
    }

    /// Who came into a channel, where Slack says so in time to acknowledge it.
    async fn newcomer(&self, user: &str) -> Option<Profile> {
        match tokio::time::timeout(GREETING, self.staff.people.profile(user)).await {
            Ok(Ok(profile)) => Some(profile),
            Ok(Err(error)) => {
                tracing::warn!(%error, "somebody who joined could not be looked up");
                None
            }
            Err(_) => {
                tracing::warn!("who joined could not be looked up in time");
                None
            }
        }
    }

    async fn is_me(&self, user: &str) -> bool {
        self.staff.people.identity().await.is_ok_and(|it| it.user == user)
    }
}
