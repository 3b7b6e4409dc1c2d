//! Verification: admins may compare emoji with the bot, so that their clients show it as verified.
//!
//! The bot has no eyes and confirms what it is shown, so this proves nothing to it. The emoji are
//! logged, and whoever asked compares them with the log.

use std::sync::Arc;

use futures_util::StreamExt;
use matrix_sdk::encryption::verification::{
    SasState, SasVerification, Verification, VerificationRequest, VerificationRequestState,
};
use matrix_sdk::ruma::UserId;

use super::bot::Bot;
use super::ids;

/// Answers a request to verify the bot, beside everything else; only from admins and from the
/// bot's own account. `flow` is its transaction or event id.
pub fn requested(bot: &Arc<Bot>, sender: &str, flow: &str) {
    let may = sender == bot.own || bot.admins.contains(&ids::person(sender));
    let Ok(user) = UserId::parse(sender) else { return };
    if !may {
        tracing::info!("a request to verify the bot was ignored; its sender is no admin");
        return;
    }
    let (bot, flow) = (Arc::clone(bot), flow.to_owned());
    tokio::spawn(async move {
        let Some(request) = bot.client.encryption().get_verification_request(&user, flow).await
        else {
            return;
        };
        if let Err(error) = follow(request).await {
            tracing::warn!(%error, "a verification failed");
        }
    });
}

async fn follow(request: VerificationRequest) -> matrix_sdk::Result<()> {
    let mut changes = request.changes();
    request.accept().await?;
    while let Some(state) = changes.next().await {
        match state {
            VerificationRequestState::Transitioned {
                verification: Verification::SasV1(sas),
                ..
            } => return compare(sas).await,
            VerificationRequestState::Done | VerificationRequestState::Cancelled(_) => break,
            _ => {}
        }
    }
    Ok(())
}

async fn compare(sas: SasVerification) -> matrix_sdk::Result<()> {
    let mut changes = sas.changes();
    sas.accept().await?;
    while let Some(state) = changes.next().await {
        match state {
            SasState::KeysExchanged { emojis, .. } => {
                let emoji: Vec<&str> =
                    emojis.iter().flat_map(|it| &it.emojis).map(|it| it.symbol).collect();
                tracing::info!(emoji = emoji.join(" "), "an admin verifies the bot; compare these");
                sas.confirm().await?;
            }
            SasState::Done { .. } => {
                tracing::info!("the bot was verified");
                break;
            }
            SasState::Cancelled(_) => break,
            _ => {}
        }
    }
    Ok(())
}
