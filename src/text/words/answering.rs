//! Words of a conversation in which a person answers.

use super::declare::words;
use super::when::{When, sample_when};

words! {
    /// The first thing a person hears of a round: what it is, and the terms.
    Invitation = "answering/invitation" {
        team: String = "Payments".to_owned(),
        title: String = "Eight questions, about two minutes".to_owned(),
        closes: When = sample_when(),
        mode: &'static str = "pseudonymous",
        min_group: u32 = 3,
        small: bool = false,
        early: bool = false,
        leads: Vec<String> = vec!["Kim".to_owned()],
    }
    /// One question.
    Asked = "answering/question" {
        number: usize = 3,
        total: usize = 8,
        topic: String = "Observability".to_owned(),
        text: String = "What do you see of a service without logging in to a host?".to_owned(),
        kind: &'static str = "level",
        now: Option<String> = Some("3".to_owned()),
    }
    /// The labels of answers that are not options of the bank.
    Labels = "answering/labels" {
        label: &'static str = "yes",
    }
    /// An answer is on disk.
    Saved = "answering/saved" {
        answered: usize = 3,
        total: usize = 8,
        label: String = "3 Found out why a pod would not start".to_owned(),
        changed: bool = false,
    }
    /// A part of the form with a page of questions.
    PageForm = "answering/page-form" {
        part: &'static str = "progress",
        team: String = "Payments".to_owned(),
        page: u32 = 1,
        pages: u32 = 2,
        answered: usize = 3,
        total: usize = 8,
    }
    /// The last page is on disk; some questions still wait.
    PageSaved = "answering/page-saved" {
        answered: usize = 5,
        total: usize = 8,
        left: usize = 3,
        closes: When = sample_when(),
    }
    /// A sitting is over; there is more.
    SittingOver = "answering/sitting-over" {
        left: usize = 3,
        closes: When = sample_when(),
    }
    /// Nothing is left to answer.
    Finished = "answering/finished" {
        team: String = "Payments".to_owned(),
        answered: usize = 8,
        total: usize = 8,
        skipped: usize = 0,
        closes: When = sample_when(),
    }
    /// Why the question is asked.
    WhyAsked = "answering/why" {
        why: String = "Containers are processes on a shared host.".to_owned(),
    }
    /// A question will not be asked again in this round.
    Skipped = "answering/skipped" {
        number: usize = 3,
    }
    /// The last change was taken back.
    Undone = "answering/undone" {
        text: String = "A Linux server is slow. How far do you get without help?".to_owned(),
        now: Option<String> = None,
    }
    /// There is nothing to take back, or nothing before this question.
    NothingBefore = "answering/nothing-before" {
        word: &'static str = "undo",
    }
    /// The reply could not be read as an answer.
    Misread = "answering/misread" {
        kind: &'static str = "level",
        problem: &'static str = "unknown",
        highest: usize = 5,
        candidates: Vec<String> = vec![],
    }
    /// A remark was added to the last answer.
    Commented = "answering/commented" {
        text: String = "A Linux server is slow. How far do you get without help?".to_owned(),
        min_group: u32 = 3,
        mode: &'static str = "pseudonymous",
    }
    /// A remark is too long, or there is no answer to add it to.
    NoComment = "answering/no-comment" {
        too_long: bool = true,
        longest: usize = 500,
    }
    /// Nothing is open for this person.
    NothingOpen = "answering/nothing-open" {
        next: Option<When> = Some(sample_when()),
    }
    /// The person is not asked in this round, though it is open.
    NotAsked = "answering/not-asked" {
        team: String = "Payments".to_owned(),
        forgotten: bool = false,
    }
    /// The answer came after the round had closed.
    TooLate = "answering/too-late" {
        team: String = "Payments".to_owned(),
        next: Option<When> = None,
    }
    /// The person ends the sitting; answers are kept.
    SeeYou = "answering/see-you" {
        left: usize = 3,
        closes: When = sample_when(),
    }
    /// An answer was changed or withdrawn by editing or deleting the words that brought it.
    Edited = "answering/edited" {
        withdrawn: bool = false,
    }
    /// There is no such question in this round.
    NoSuchQuestion = "answering/no-such-question" {
        heard: String = "42".to_owned(),
        total: usize = 8,
    }
}
