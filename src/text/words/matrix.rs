//! Words that only Matrix needs.

use super::declare::words;

words! {
    /// How what is shown above is answered: by typing a key.
    MatrixHow = "matrix/how" {
        example: String = "2".to_owned(),
    }
    /// How the questions of a round are answered from a room.
    MatrixAnswer = "matrix/answer" {
        link: String = "https://matrix.to/#/@maturity:example.org".to_owned(),
    }
    /// How a question in words is answered in a room.
    MatrixSigns = "matrix/signs" {
        example: Option<String> = Some("2".to_owned()),
        link: String = "https://matrix.to/#/@maturity:example.org".to_owned(),
    }
    /// A command that stands in the place of a button.
    MatrixCommand = "matrix/command" {
        command: String = "!maturity report".to_owned(),
        label: String = "Report".to_owned(),
    }
    /// The answer to a command in a room went elsewhere.
    MatrixHint = "matrix/hint" {}
    /// How a form is filled in.
    MatrixForm = "matrix/form" {
        word: &'static str = "how",
    }
    /// The answer to what somebody wrote was lost.
    MatrixInterrupted = "matrix/interrupted" {}
    /// A message was changed that had brought nothing.
    MatrixUnchanged = "matrix/unchanged" {}
    /// What somebody wrote could not be decrypted.
    MatrixRepeat = "matrix/repeat" {}
    /// The same in a room with open polls.
    MatrixRepeatVote = "matrix/repeat-vote" {
        link: String = "https://matrix.to/#/%21room:example.org".to_owned(),
    }
}
