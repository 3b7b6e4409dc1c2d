//! Verbs about rounds, answers and results.
#![expect(clippy::missing_errors_doc, reason = "each fails only when the store cannot be read")]

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::entries::{Piece, Published};
use super::keys::{KeyBuilder, Segment, segments};
use super::kv::StoreError;
use super::layout;
use super::teams::last_text;
use super::tx::Tx;
use crate::domain::bank::Bank;
use crate::domain::ids::{PersonId, Pseudonym, QuestionId, RoundId, TeamId};
use crate::domain::publication::Answers;
use crate::domain::round::{Answer, Round, Sitting};
use crate::domain::scoring::RoundResult;

type Result<T> = std::result::Result<T, StoreError>;

/// How large a piece of something long is, in bytes; well below the largest record.
const PIECE: usize = 12 * 1024;

impl Tx<'_> {
    /// One round.
    pub fn round(&self, id: RoundId) -> Result<Option<Round>> {
        self.get(&layout::round(id))
    }

    /// The rounds of a team, oldest first.
    pub fn rounds(&self, team: TeamId) -> Result<Vec<Round>> {
        Ok(self.scan(&layout::rounds(team))?.into_iter().map(|(_, round)| round).collect())
    }

    /// Writes a round.
    pub fn put_round(&self, round: &Round) -> Result<()> {
        self.put(layout::round(round.id), round)
    }

    /// Who was asked at opening.
    pub fn roster(&self, round: RoundId) -> Result<Vec<PersonId>> {
        Ok(self.long(&layout::roster(round))?.unwrap_or_default())
    }

    /// Writes who was asked at opening.
    pub fn put_roster(&self, round: RoundId, roster: &Vec<PersonId>) -> Result<()> {
        self.put_long(&layout::roster(round), roster)
    }

    /// Stores a bank under its [`fingerprint`], unless it is there.
    pub fn keep_bank(&self, fingerprint: u64, bank: &Bank) -> Result<()> {
        if !self.exists(&layout::bank(fingerprint).u32(0).done())? {
            self.put_long(&layout::bank(fingerprint), bank)?;
        }
        Ok(())
    }

    /// The bank stored under a number.
    pub fn bank(&self, fingerprint: u64) -> Result<Option<Bank>> {
        self.long(&layout::bank(fingerprint))
    }

    /// A person's place in a round.
    pub fn sitting(&self, round: RoundId, who: Pseudonym) -> Result<Sitting> {
        Ok(self.get(&layout::sitting(round, who))?.unwrap_or_default())
    }

    /// Writes a person's place in a round.
    pub fn put_sitting(&self, round: RoundId, who: Pseudonym, sitting: &Sitting) -> Result<()> {
        self.put(layout::sitting(round, who), sitting)
    }

    /// One answer, also one that was taken back.
    pub fn answer(
        &self,
        round: RoundId,
        who: Pseudonym,
        question: &QuestionId,
    ) -> Result<Option<Answer>> {
        self.get(&layout::answer(round, who, question))
    }

    /// Writes an answer.
    pub fn put_answer(
        &self,
        round: RoundId,
        who: Pseudonym,
        question: &QuestionId,
        answer: &Answer,
    ) -> Result<()> {
        self.put(layout::answer(round, who, question), answer)
    }

    /// One person's answers in a round, by question.
    pub fn answers_of(
        &self,
        round: RoundId,
        who: Pseudonym,
    ) -> Result<BTreeMap<QuestionId, Answer>> {
        let rows = self.scan::<Answer>(&layout::answers_of(round, who))?;
        let named = |(key, answer): (Vec<u8>, Answer)| {
            last_text(&key).map(|id: String| (QuestionId(id), answer))
        };
        Ok(rows.into_iter().filter_map(named).collect())
    }

    /// All answers of a round: who, to what, what.
    pub fn answers(&self, round: RoundId) -> Result<Vec<(Pseudonym, QuestionId, Answer)>> {
        let rows = self.scan::<Answer>(&layout::answers(round))?;
        Ok(rows.into_iter().filter_map(|(key, answer)| labelled(&key, answer)).collect())
    }

    /// The published answers of an open round, by question.
    pub fn published(&self, round: RoundId) -> Result<BTreeMap<QuestionId, Answers>> {
        let prefix = layout::published(round).done();
        let mut bytes: BTreeMap<QuestionId, Vec<u8>> = BTreeMap::new();
        for (key, Piece(piece)) in self.scan::<Piece>(&prefix)? {
            if let Some([_, _, _, Segment::Text(question), _]) = segments(&key).as_deref() {
                bytes.entry(QuestionId(question.clone())).or_default().extend(piece);
            }
        }
        let read = |(question, bytes): (QuestionId, Vec<u8>)| {
            let set: Published =
                super::codec::body_from(&bytes).map_err(|cause| unreadable(&prefix, &cause))?;
            Ok((question, set.answers()))
        };
        bytes.into_iter().map(read).collect()
    }

    /// Writes the published answers to one question of an open round.
    pub fn put_published(
        &self,
        round: RoundId,
        question: &QuestionId,
        answers: &Answers,
    ) -> Result<()> {
        let prefix = layout::published(round).text(question.as_str());
        self.put_long(&prefix, &Published::of(answers))
    }

    /// Removes published answers of a round, at most `limit` pieces; gives how many.
    pub fn drop_published(&self, round: RoundId, limit: usize) -> Result<usize> {
        let prefix = layout::published(round).done();
        let keys = self.keys_range(&prefix, &super::keys::prefix_end(&prefix), limit)?;
        let count = keys.len();
        for key in keys {
            self.delete(key);
        }
        Ok(count)
    }

    /// The final result of a closed round.
    pub fn result(&self, round: RoundId) -> Result<Option<RoundResult>> {
        self.get(&layout::result(round))
    }

    /// Writes the final result of a round.
    pub fn put_result(&self, round: RoundId, result: &RoundResult) -> Result<()> {
        self.put(layout::result(round), result)
    }

    /// Something that may be longer than a record, put together from its pieces.
    pub(super) fn long<T: DeserializeOwned>(&self, prefix: &KeyBuilder) -> Result<Option<T>> {
        let key = prefix.clone().done();
        let pieces = self.scan::<Piece>(&key)?;
        if pieces.is_empty() {
            return Ok(None);
        }
        let bytes: Vec<u8> = pieces.into_iter().flat_map(|(_, Piece(bytes))| bytes).collect();
        super::codec::body_from(&bytes).map(Some).map_err(|cause| unreadable(&key, &cause))
    }

    /// Writes something that may be longer than a record, in pieces, over what was there.
    pub(super) fn put_long<T: Serialize>(&self, prefix: &KeyBuilder, value: &T) -> Result<()> {
        let key = prefix.clone().done();
        let bytes = postcard::to_stdvec(value).map_err(|cause| unreadable(&key, &cause))?;
        let pieces = bytes.chunks(PIECE);
        let count = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
        for (number, piece) in (0..).zip(pieces) {
            self.put(prefix.clone().u32(number).done(), &Piece(piece.to_vec()))?;
        }
        let behind = prefix.clone().u32(count).done();
        for old in self.keys_range(&behind, &super::keys::prefix_end(&key), usize::MAX)? {
            self.delete(old);
        }
        Ok(())
    }
}

/// A number that a bank's content gives; the same content gives the same number.
#[must_use]
pub fn fingerprint(bank: &Bank) -> u64 {
    let bytes = postcard::to_stdvec(bank).unwrap_or_default();
    let digest = Sha256::digest(&bytes);
    digest.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

fn labelled(key: &[u8], answer: Answer) -> Option<(Pseudonym, QuestionId, Answer)> {
    match segments(key)?.as_slice() {
        [_, _, _, Segment::Label(who), Segment::Text(question)] => {
            Some((Pseudonym(*who), QuestionId(question.clone()), answer))
        }
        _ => None,
    }
}

fn unreadable(key: &[u8], cause: &postcard::Error) -> StoreError {
    StoreError::Damaged {
        key: super::keys::readable(key),
        kind: "something in pieces".to_owned(),
        cause: cause.to_string(),
    }
}
