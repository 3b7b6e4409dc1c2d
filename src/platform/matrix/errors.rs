//! What the homeserver's refusals mean for a delivery.

use anyhow::anyhow;
use matrix_sdk::ruma::api::error::{ErrorKind, RetryAfter};
use matrix_sdk::{Error, HttpError, RefreshTokenError};

use crate::platform::PostError;

/// How long to wait, in seconds, where the homeserver asks for a pause and does not say.
const USUAL_PAUSE: u64 = 5;

/// What is too large for whatever stands before the homeserver stays too large.
const TOO_LARGE: [u16; 3] = [413, 414, 431];

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
    if let HttpError::IntoHttp(_) = error {
        // Asked again it would be the same request.
        return PostError::OurBug("the request could not be made".to_owned());
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
        Some(ErrorKind::UserLocked | ErrorKind::UserSuspended) => later("the account is locked"),
        _ if status == 429 => PostError::Limited { retry_after: USUAL_PAUSE },
        _ if status >= 500 => PostError::Unanswered(format!("status {status}")),
        // Whatever stands before the homeserver says this, and may say something else soon.
        None if !TOO_LARGE.contains(&status) => PostError::Unanswered(format!("status {status}")),
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

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::api::client::uiaa::UiaaResponse;
    use matrix_sdk::ruma::api::error::{self, ErrorBody, FromHttpResponseError, IntoHttpError};
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;

    fn refusal(status: u16, body: Value) -> PostError {
        let body = match body.get("errcode") {
            Some(_) => ErrorBody::Standard(serde_json::from_value(body).unwrap()),
            None => ErrorBody::Json(body),
        };
        let error = error::Error::new(status.try_into().unwrap(), body);
        let error = FromHttpResponseError::Server(UiaaResponse::MatrixError(error));
        http_error(&HttpError::Api(Box::new(error)))
    }

    #[rstest]
    #[case(403)]
    #[case(404)]
    #[case(408)]
    #[case(502)]
    fn what_no_homeserver_said_may_be_otherwise_soon(#[case] status: u16) {
        assert!(matches!(refusal(status, json!({})), PostError::Unanswered(_)));
        let said = refusal(status, json!({"errcode": "M_FORBIDDEN", "error": ""}));
        assert!(matches!(said, PostError::DeadTarget(_)));
    }

    #[test]
    fn what_stays_wrong_is_not_tried_again() {
        let too_large = |status| refusal(status, json!({}));
        assert!(matches!(too_large(413), PostError::OurBug(_)));
        let bad = refusal(400, json!({"errcode": "M_BAD_JSON", "error": ""}));
        assert!(matches!(bad, PostError::OurBug(_)));
        let cause: serde_json::Error = serde_json::from_str::<Value>("").unwrap_err();
        let unmade = HttpError::IntoHttp(IntoHttpError::Json(cause));
        assert!(matches!(http_error(&unmade), PostError::OurBug(_)));
    }
}
