//! Lines from a keyboard with editing, from a pipe, or from nowhere.

use rustyline::DefaultEditor;
use tokio::io::{AsyncBufReadExt, BufReader, Stdin};
use tokio::sync::{mpsc, oneshot};

/// Where lines come from.
pub enum Input {
    /// A pipe or file.
    Piped(BufReader<Stdin>),
    /// A keyboard; a thread of its own waits for each line.
    Keyboard(mpsc::UnboundedSender<(String, oneshot::Sender<Option<String>>)>),
}

impl Input {
    /// Standard input as it is.
    #[must_use]
    pub fn piped() -> Self {
        Self::Piped(BufReader::new(tokio::io::stdin()))
    }

    /// Standard input with line editing and history.
    ///
    /// # Errors
    ///
    /// A terminal that cannot be set up.
    pub fn keyboard() -> anyhow::Result<Self> {
        let mut editor = DefaultEditor::new()?;
        let (ask, mut asked) = mpsc::unbounded_channel::<(String, oneshot::Sender<_>)>();
        std::thread::spawn(move || {
            while let Some((prompt, answer)) = asked.blocking_recv() {
                let line = read_line(&mut editor, &prompt);
                let over = line.is_none();
                let _ = answer.send(line);
                if over {
                    break;
                }
            }
        });
        Ok(Self::Keyboard(ask))
    }

    /// The next line; `None` at the end.
    pub async fn next_line(&mut self, speaker: Option<&str>) -> Option<String> {
        match self {
            Self::Piped(pipe) => {
                let mut line = Vec::new();
                let length = pipe.read_until(b'\n', &mut line).await.ok()?;
                // Bytes that are no text do not end a session.
                (length > 0).then(|| String::from_utf8_lossy(&line).trim_end().to_owned())
            }
            Self::Keyboard(ask) => {
                let (answer, line) = oneshot::channel();
                let prompt = speaker.map_or_else(|| "> ".to_owned(), |name| format!("{name}> "));
                ask.send((prompt, answer)).ok()?;
                line.await.ok().flatten()
            }
        }
    }
}

fn read_line(editor: &mut DefaultEditor, prompt: &str) -> Option<String> {
    match editor.readline(prompt) {
        Ok(line) => {
            let _ = editor.add_history_entry(&line);
            Some(line)
        }
        // An interrupt, the end of the input, or a terminal that is gone: the session ends.
        Err(_) => None,
    }
}
