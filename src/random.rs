//! The only place that draws random numbers, from the operating system.

/// `N` random bytes.
///
/// # Panics
/// If the operating system has no randomness to give; a key made without it would be worthless.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place that draws")]
#[expect(clippy::expect_used, reason = "no input reaches this, and going on would be unsafe")]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut drawn = [0; N];
    getrandom::fill(&mut drawn).expect("the operating system gives no random numbers");
    drawn
}

/// A random number of 64 bits.
#[must_use]
pub fn number() -> u64 {
    u64::from_be_bytes(bytes())
}

/// A random number below `bound`; zero if `bound` is zero.
///
/// Draws that would favour small numbers are drawn again.
#[must_use]
pub fn below(bound: u64) -> u64 {
    if bound == 0 {
        return 0;
    }
    let fair = u64::MAX - u64::MAX % bound;
    loop {
        let drawn = number();
        if drawn < fair {
            return drawn % bound;
        }
    }
}

/// Puts a list into random order, every order being equally likely.
pub fn shuffle<T>(list: &mut [T]) {
    for last in (1..list.len()).rev() {
        let other = below(last as u64 + 1);
        list.swap(last, usize::try_from(other).unwrap_or(last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        assert_ne!(bytes::<32>(), bytes::<32>());
    }

    #[test]
    fn a_bounded_draw_reaches_every_number_below_the_bound_and_no_other() {
        let mut hits = [0; 5];
        for _ in 0..1_000 {
            hits[usize::try_from(below(5)).unwrap()] += 1;
        }
        assert!(hits.iter().all(|hit| *hit > 100), "{hits:?}");
        assert_eq!(below(0), 0);
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut list: Vec<u32> = (0..100).collect();
        shuffle(&mut list);
        assert_ne!(list, (0..100).collect::<Vec<_>>());
        list.sort_unstable();
        assert_eq!(list, (0..100).collect::<Vec<_>>());
    }
}
