//! What the homeserver's refusals mean for a delivery.

use anyhow::anyhow;
use matrix_sdk::ruma::api::error::{ErrorKind, RetryAfter};
use matrix_sdk::{Error, HttpError, RefreshTokenError};

use crate::platform::PostError;

/// How long to wait, in seconds, where the homeserver asks for a pause and does not say.
const USUAL_PAUSE: u64 = 5;

/// What an error of the SDK means for a delivery. Causes hold codes, never content.
#[must_use]
pub fn post_error(error: &Error) -> PostError {
    match error {
        Error::Http(error) => http_error(error),
        Error::WrongRoomState(_) => PostError::DeadTarget("the bot is not in the room".to_owned()),
        Error::Timeout => PostError::Unanswered("the request timed out".to_owned()),
        other => later(&format!("the client failed: {other}")),
    }
}

/// What an error of a request means for a delivery.
#[must_use]
pub fn http_error(error: &HttpError) -> PostError {
    if let HttpError::Reqwest(error) = error {
        let never_left = error.is_connect() || error.is_builder();
        let cause = if error.is_timeout() { "no answer in time" } else { "no connection" };
        return if never_left { later(cause) } else { PostError::Unanswered(cause.to_owned()) };
    }
    if let HttpError::Cached(error) = error {
        return http_error(error);
    }
    if let HttpError::RefreshToken(RefreshTokenError::MatrixAuth(error)) = error {
        return match http_error(error) {
            PostError::DeadTarget(_) | PostError::OurBug(_) => logged_out_error(),
            other => other,
        };
    }
    let Some(api) = error.as_client_api_error() else {
        return later("the homeserver's answer was none");
    };
    let status = api.status_code.as_u16();
    match api.error_kind() {
        Some(ErrorKind::LimitExceeded(limit)) => {
            PostError::Limited { retry_after: pause(limit.retry_after.as_ref()) }
        }
        Some(ErrorKind::UnknownToken(_) | ErrorKind::MissingToken) => logged_out_error(),
        Some(ErrorKind::Forbidden) => PostError::DeadTarget("the bot may not write there".into()),
        Some(ErrorKind::NotFound) => PostError::DeadTarget("the room is not there".to_owned()),
        Some(ErrorKind::TooLarge) => PostError::OurBug("the event is too large".to_owned()),
        _ if status == 429 => PostError::Limited { retry_after: USUAL_PAUSE },
        _ if status >= 500 => PostError::Unanswered(format!("status {status}")),
        _ => PostError::OurBug(format!("status {status}")),
    }
}

/// Whether the homeserver does not know the bot's token any more.
#[must_use]
pub fn is_logged_out(error: &Error) -> bool {
    matches!(post_error(error), PostError::DeadInstall(_))
}

fn logged_out_error() -> PostError {
    PostError::DeadInstall("the access token is not valid any more".to_owned())
}

/// The end: nothing but a new login helps.
#[must_use]
pub fn logged_out() -> anyhow::Error {
    anyhow!(
        "the homeserver does not know the bot's access token any more; move the folder `matrix` \
         below data_dir away and run `maturity-bot matrix login --recovery-key-file FILE`"
    )
}

fn later(cause: &str) -> PostError {
    PostError::Transient { cause: cause.to_owned(), retry_after: None }
}

/// Whole seconds, rounded up.
fn pause(wish: Option<&RetryAfter>) -> u64 {
    match wish {
        Some(RetryAfter::Delay(span)) => span.as_secs() + u64::from(span.subsec_nanos() > 0),
        _ => USUAL_PAUSE,
    }
}
