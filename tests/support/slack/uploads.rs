//! The address that the bytes of a file are sent to.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::json;

use super::Double;
use super::faults::Fault;
use super::journal::Entry;

/// A file on its way.
#[derive(Clone, Debug, Default)]
pub struct Upload {
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// How many bytes were announced.
    pub length: usize,
    /// What came.
    pub bytes: Vec<u8>,
    /// Whether the last step was made.
    pub complete: bool,
}

/// Takes the bytes.
pub async fn take(
    State(double): State<Double>,
    Path(id): Path<String>,
    body: Bytes,
) -> (StatusCode, String) {
    double.with(|state| {
        let failed =
            matches!(state.faults.take("upload", ""), Some(Fault::Status(_) | Fault::Error(_)));
        let status = match state.files.get_mut(&id) {
            Some(_) if failed => StatusCode::INTERNAL_SERVER_ERROR,
            Some(file) if file.length == body.len() => {
                file.bytes = body.to_vec();
                StatusCode::OK
            }
            Some(_) => StatusCode::BAD_REQUEST,
            None => StatusCode::NOT_FOUND,
        };
        state.journal.push(Entry {
            at: state.now,
            method: "upload".into(),
            params: json!({"id": id, "length": body.len()}),
            outcome: status.as_str().to_owned(),
            scopes: Vec::new(),
        });
        (status, format!("OK - {}", body.len()))
    })
}
