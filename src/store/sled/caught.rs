//! Panics of the engine, turned into errors without a word on the terminal.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use crate::store::committer::panic_text;

thread_local! {
    /// Whether a panic of this thread is caught here and told as an error.
    static CATCHING: Cell<bool> = const { Cell::new(false) };
}

/// What `work` returns, or the words of its panic.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    keep_caught_panics_quiet();
    let outer = CATCHING.replace(true);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    CATCHING.set(outer);
    done.map_err(|panic| panic_text(&*panic))
}

/// Puts a hook before the present one, which goes on telling of every other panic.
fn keep_caught_panics_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let tell = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !CATCHING.get() {
                tell(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_words_and_later_ones_are_told_again() {
        assert_eq!(caught(|| 5), Ok(5));
        assert_eq!(caught(|| -> u8 { panic!("page {} is torn", 7) }), Err("page 7 is torn".into()));
        assert!(!CATCHING.get());
        let nested = caught(|| (caught(|| -> u8 { panic!("inner") }), CATCHING.get()));
        assert_eq!(nested, Ok((Err("inner".into()), true)));
    }
}
