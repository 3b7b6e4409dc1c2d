//! A small field of dots, drawn with braille letters of two by four dots each.

use super::terminal::{Role, Row};

/// Dots to the right and down; they may lie outside the field, where nothing is drawn.
pub(super) type Dot = (i32, i32);

/// A field of dots; each letter takes the role of what was drawn in it last.
pub(super) struct Dots {
    columns: usize,
    letters: Vec<Letter>,
}

#[derive(Clone, Copy)]
struct Letter {
    bits: u8,
    /// A mark that stands here instead of the dots.
    mark: Option<&'static str>,
    role: Role,
}

impl Dots {
    /// An empty field of so many letters.
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        let empty = Letter { bits: 0, mark: None, role: Role::Plain };
        Self { columns, letters: vec![empty; columns * rows] }
    }

    /// The letter that holds a dot, and the dot's bit in it.
    fn letter(&mut self, (x, y): Dot) -> Option<(&mut Letter, u8)> {
        const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
        let (x, y) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
        let column = Some(x / 2).filter(|column| *column < self.columns)?;
        let letter = self.letters.get_mut(y / 4 * self.columns + column)?;
        Some((letter, BITS[x % 2][y % 4]))
    }

    /// Draws one dot.
    pub(super) fn set(&mut self, dot: Dot, role: Role) {
        if let Some((letter, bit)) = self.letter(dot) {
            *letter = Letter { bits: letter.bits | bit, role, ..*letter };
        }
    }

    /// Takes one dot away.
    pub(super) fn clear(&mut self, dot: Dot) {
        if let Some((letter, bit)) = self.letter(dot) {
            letter.bits &= !bit;
        }
    }

    /// Puts a mark in the place of the letter that holds a dot.
    pub(super) fn mark(&mut self, dot: Dot, mark: &'static str, role: Role) {
        if let Some((letter, _)) = self.letter(dot) {
            *letter = Letter { mark: Some(mark), role, ..*letter };
        }
    }

    /// The field's rows of letters; an empty letter is a blank.
    pub(super) fn rows(&self) -> Vec<Row> {
        let joined = |row: Row, letter: &Letter| match (letter.mark, letter.bits) {
            (Some(mark), _) => row.then(letter.role, mark),
            (None, 0) => row.then(Role::Plain, " "),
            (None, bits) => {
                let braille = char::from_u32(0x2800 + u32::from(bits)).unwrap_or(' ');
                row.then(letter.role, braille)
            }
        };
        self.letters
            .chunks(self.columns)
            .map(|row| row.iter().fold(Row::default(), joined))
            .collect()
    }
}

/// The dots of a straight line, both ends included.
pub(super) fn straight(from: Dot, to: Dot) -> Vec<Dot> {
    let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs());
    let between = |a: i32, b: i32, step: i32| {
        // Halves are rounded away from zero on both sides, so that mirrored lines mirror.
        let (moved, half) = ((b - a) * step * 2, steps.max(1));
        a + (moved + half * moved.signum()) / (2 * half)
    };
    (0..=steps).map(|step| (between(from.0, to.0, step), between(from.1, to.1, step))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::terminal::paint;
    use super::*;

    #[test]
    fn dots_become_letters_and_what_is_outside_is_left_out() {
        let mut dots = Dots::new(2, 1);
        for dot in straight((0, 0), (3, 3)) {
            dots.set(dot, Role::Plain);
        }
        dots.set((-1, 0), Role::Plain);
        dots.set((4, 0), Role::Plain);
        assert_eq!(paint(&dots.rows(), false), "⠑⢄\n");
    }
}
