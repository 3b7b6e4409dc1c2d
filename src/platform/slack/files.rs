//! Pictures: asked for, sent, and shown in a channel ("Working with files").

use std::sync::Arc;

use serde_json::json;

use super::api::Api;
use super::blocks::plain_words;
use super::failure::CallError;
use super::limits;

/// A picture on its way into a channel.
pub struct Upload {
    /// The channel.
    pub channel: String,
    /// The message it stands below, where it stands below one.
    pub thread: Option<String>,
    /// What it shows, for those who cannot see it; never empty.
    pub alt: String,
    /// The picture.
    pub png: Vec<u8>,
}

/// Puts a picture into a channel in the three steps that Slack wants.
///
/// # Errors
///
/// See [`CallError`].
pub async fn show(api: &Arc<Api>, upload: Upload) -> Result<(), CallError> {
    let place = api
        .insist(
            "files.getUploadURLExternal",
            &[
                ("filename", "chart.png".to_owned()),
                ("length", upload.png.len().to_string()),
                ("alt_txt", plain_words(&upload.alt, limits::ALT_TEXT)),
            ],
        )
        .await?;
    let missing = || CallError::Unanswered {
        method: "files.getUploadURLExternal",
        cause: "an answer without an address".to_owned(),
    };
    let url = place["upload_url"].as_str().ok_or_else(missing)?;
    let file = place["file_id"].as_str().ok_or_else(missing)?;
    api.upload(url, upload.png).await?;
    let title = plain_words(upload.alt.lines().next().unwrap_or_default(), limits::NAME);
    let mut fields = vec![
        ("files", json!([{ "id": file, "title": title }]).to_string()),
        ("channel_id", upload.channel),
    ];
    fields.extend(upload.thread.map(|thread| ("thread_ts", thread)));
    api.insist("files.completeUploadExternal", &fields).await.map(|_| ())
}
