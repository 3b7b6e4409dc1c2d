//! Whether a request comes from Slack ("Verifying requests from Slack").

use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::clock::Instant;
use crate::config::Secret;

/// How old, or how far ahead, a request may be; one that is older may be a replay.
const WINDOW: TimeDelta = TimeDelta::minutes(5);

/// Whether a body was signed under one of the secrets, just now. Compares in constant time.
#[must_use]
pub fn is_genuine(
    secrets: &[Secret],
    timestamp: &str,
    signature: &str,
    body: &[u8],
    now: Instant,
) -> bool {
    let Ok(seconds) = timestamp.parse::<i64>() else { return false };
    let fresh = (now.timestamp().saturating_sub(seconds)).abs() <= WINDOW.num_seconds();
    let Some(signature) = signature.strip_prefix("v0=").and_then(from_hex) else { return false };
    let signed = |secret: &Secret| is_signed(secret, timestamp, &signature, body);
    fresh && secrets.iter().any(signed)
}

fn is_signed(secret: &Secret, timestamp: &str, signature: &[u8], body: &[u8]) -> bool {
    let key = secret.reveal().as_bytes();
    if key.is_empty() {
        return false;
    }
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(key) else { return false };
    for part in [b"v0:", timestamp.as_bytes(), b":", body] {
        mac.update(part);
    }
    mac.verify_slice(signature).is_ok()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let byte = |pair: &[u32]| u8::try_from(pair.first()? * 16 + pair.get(1)?).ok();
    digits.chunks(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use rstest::rstest;

    use super::*;

    /// The worked example of "Verifying requests from Slack".
    const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
    const TIME: i64 = 1_531_420_618;
    const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow\
        &channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner\
        &command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands\
        %2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
        &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

    #[rstest]
    #[case::as_documented(SECRET, 0, SIGNATURE, BODY, true)]
    #[case::five_minutes_late(SECRET, 300, SIGNATURE, BODY, true)]
    #[case::a_second_too_late(SECRET, 301, SIGNATURE, BODY, false)]
    #[case::a_second_too_early(SECRET, -301, SIGNATURE, BODY, false)]
    #[case::another_secret("8f742231b10e8888abcd99yyyzzz85a6", 0, SIGNATURE, BODY, false)]
    #[case::no_secret("", 0, SIGNATURE, BODY, false)]
    #[case::another_body(SECRET, 0, SIGNATURE, "token=xyzz1", false)]
    #[case::no_version(SECRET, 0, &SIGNATURE[3..], BODY, false)]
    #[case::cut(SECRET, 0, &SIGNATURE[..60], BODY, false)]
    #[case::odd(SECRET, 0, &SIGNATURE[..66], BODY, false)]
    #[case::empty(SECRET, 0, "v0=", BODY, false)]
    fn only_slack_signs_like_slack(
        #[case] secret: &str,
        #[case] later: i64,
        #[case] signature: &str,
        #[case] body: &str,
        #[case] genuine: bool,
    ) {
        let now = DateTime::from_timestamp(TIME + later, 0).unwrap();
        let secrets = [Secret::new(secret)];
        let found = is_genuine(&secrets, &TIME.to_string(), signature, body.as_bytes(), now);
        assert_eq!(found, genuine);
    }

    #[test]
    fn the_secret_before_holds_for_a_while() {
        let now = DateTime::from_timestamp(TIME, 0).unwrap();
        let secrets = [Secret::new("new"), Secret::new(SECRET)];
        assert!(is_genuine(&secrets, &TIME.to_string(), SIGNATURE, BODY.as_bytes(), now));
        assert!(!is_genuine(&[], &TIME.to_string(), SIGNATURE, BODY.as_bytes(), now));
        assert!(!is_genuine(&secrets, "soon", SIGNATURE, BODY.as_bytes(), now));
    }
}
